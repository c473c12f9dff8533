/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-member.h"

/* Signatures are types, or types with names; the rest is malformed */
static void
test_signatures (void)
{
  const struct
  {
    const char *text;
    const char *type; /* NULL: malformed */
    const char *names;
  } rows[] = {
    { "(xs)", "(xs)", NULL },   { "x a, s b", "(xs)", "a b" },
    { "()", "()", NULL },       { "a{sv} options", "(a{sv})", "options" },
    { "(xs", NULL, NULL },      { "x", NULL, NULL },
    { "x a,", NULL, NULL },     { "? a", NULL, NULL },
    { "x a, s a", NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogMember) owner = pyrog_member_new ("x");
      gboolean ok;
      g_test_message ("‘%s’", rows[i].text);
      owner->signature = pyrog_signature_parse (rows[i].text, &ok);
      g_assert_true (ok == (rows[i].type != NULL));
      if (!ok)
        {
          g_assert_null (owner->signature);
          continue;
        }
      g_autofree char *type = g_variant_type_dup_string (owner->signature->type);
      g_assert_cmpstr (type, ==, rows[i].type);
      g_autofree char *names
          = owner->signature->names != NULL ? g_strjoinv (" ", owner->signature->names) : NULL;
      g_assert_cmpstr (names, ==, rows[i].names);
    }
}

static void
note_cb (gpointer data)
{
  ++*(guint *) data;
}

/* What was given with a member is given back once, with the last reference */
static void
test_destroy (void)
{
  PyrogMember *member = pyrog_member_new ("x");
  guint freed = 0;

  member->user_data = &freed;
  member->destroy = note_cb;
  pyrog_member_unref (pyrog_member_ref (member));
  g_assert_cmpuint (freed, ==, 0);
  pyrog_member_unref (member);
  g_assert_cmpuint (freed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/member/signatures", test_signatures);
  g_test_add_func ("/member/destroy", test_destroy);
  return g_test_run ();
}
