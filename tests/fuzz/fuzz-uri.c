/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-error.h"
#include "pyrog-uri-private.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What is a uri reads back as an equal one, in our own form and in the peers' */
static void
check_forms (PyrogUri *uri)
{
  gsize size;
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_autofree char *wire = pyrog_uri_to_wire (uri, &size);
  g_autoptr (PyrogUri) from_text = pyrog_uri_new (text, NULL);
  g_autoptr (PyrogUri) from_wire = pyrog_uri_new_from_wire (wire, size, NULL);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (from_text);
  g_assert_nonnull (from_wire);
  g_assert_true (pyrog_uri_equal (uri, from_text));
  g_assert_true (pyrog_uri_equal (uri, from_wire));
  g_assert_cmpuint (pyrog_uri_hash (uri), ==, pyrog_uri_hash (from_text));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogUri) uri = pyrog_uri_new_from_wire ((const char *) data, size, &error);

  if (uri != NULL)
    {
      g_assert_no_error (error);
      check_forms (uri);
      return 0;
    }
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_URI);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  return 0;
}
