/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-call-options.h"

#include <string.h>

#include "pyrog-call-options-private.h"

/**
 * PyrogCallOptions:
 *
 * What can be said of one call besides its arguments; see [method@Proxy.call_full].
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (PyrogCallOptions,
                     pyrog_call_options,
                     pyrog_call_options_copy,
                     pyrog_call_options_free)

/**
 * pyrog_call_options_new:
 *
 * Makes options that change nothing.
 *
 * Returns: (transfer full): the options
 *
 * Since: 1.0
 */
PyrogCallOptions *
pyrog_call_options_new (void)
{
  PyrogCallOptions *self = g_new0 (PyrogCallOptions, 1);

  self->timeout = -1;
  self->annotations
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  return self;
}

/**
 * pyrog_call_options_copy:
 * @self: options
 *
 * Copies options.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 1.0
 */
PyrogCallOptions *
pyrog_call_options_copy (const PyrogCallOptions *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  PyrogCallOptions *copy = pyrog_call_options_new ();
  GHashTableIter iter;
  gpointer id, data;
  copy->timeout = self->timeout;
  copy->oneway = self->oneway;
  copy->idempotent = self->idempotent;
  copy->has_correlation_id = self->has_correlation_id;
  memcpy (copy->correlation_id, self->correlation_id, sizeof copy->correlation_id);
  g_hash_table_iter_init (&iter, self->annotations);
  while (g_hash_table_iter_next (&iter, &id, &data))
    pyrog_call_options_set_annotation (copy, id, data);
  return copy;
}

/**
 * pyrog_call_options_free:
 * @self: (transfer full): options
 *
 * Frees options.
 *
 * Since: 1.0
 */
void
pyrog_call_options_free (PyrogCallOptions *self)
{
  g_return_if_fail (self != NULL);

  g_hash_table_unref (self->annotations);
  g_free (self);
}

/**
 * pyrog_call_options_set_timeout:
 * @self: options
 * @seconds: the time that the call may take in all, connecting included; 0 for ever; negative for
 * the proxy's own timeout
 *
 * Sets the deadline of the call.
 *
 * Since: 1.0
 */
void
pyrog_call_options_set_timeout (PyrogCallOptions *self, double seconds)
{
  g_return_if_fail (self != NULL);

  self->timeout = seconds;
}

/**
 * pyrog_call_options_set_oneway:
 * @self: options
 * @oneway: whether not to wait for an answer
 *
 * Makes the call oneway: it succeeds when the request was handed to the kernel, and nobody learns
 * what became of it.
 *
 * Since: 1.0
 */
void
pyrog_call_options_set_oneway (PyrogCallOptions *self, gboolean oneway)
{
  g_return_if_fail (self != NULL);

  self->oneway = oneway;
}

/**
 * pyrog_call_options_set_idempotent:
 * @self: options
 * @idempotent: whether the method may be executed twice without harm
 *
 * Says that the call may be repeated when its connection breaks, as often as the item `MAX_RETRIES`
 * of the proxy's configuration allows.
 *
 * Since: 1.0
 */
void
pyrog_call_options_set_idempotent (PyrogCallOptions *self, gboolean idempotent)
{
  g_return_if_fail (self != NULL);

  self->idempotent = idempotent;
}

/**
 * pyrog_call_options_set_annotation:
 * @self: options
 * @id: the four ASCII characters of an annotation's name
 * @data: its bytes
 *
 * Sends an annotation with the call, and with no other one. Those that Pyro uses itself (`STRM`,
 * `BLBI`) can't be set.
 *
 * Since: 1.0
 */
void
pyrog_call_options_set_annotation (PyrogCallOptions *self, const char *id, GBytes *data)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (id != NULL && strlen (id) == 4 && g_str_is_ascii (id));
  g_return_if_fail (strcmp (id, "STRM") != 0 && strcmp (id, "BLBI") != 0);
  g_return_if_fail (data != NULL);

  g_hash_table_replace (self->annotations, g_strdup (id), g_bytes_ref (data));
}

/**
 * pyrog_call_options_set_correlation_id:
 * @self: options
 * @uuid: the text of a UUID
 *
 * Sends an id that tells which calls belong together.
 *
 * Returns: whether @uuid is one
 *
 * Since: 1.0
 */
gboolean
pyrog_call_options_set_correlation_id (PyrogCallOptions *self, const char *uuid)
{
  guint digit = 0;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (uuid != NULL, FALSE);

  if (!g_uuid_string_is_valid (uuid))
    return FALSE;
  memset (self->correlation_id, 0, sizeof self->correlation_id);
  for (const char *p = uuid; *p != '\0'; p++)
    {
      if (*p == '-')
        continue;
      self->correlation_id[digit / 2]
          = (guint8) (self->correlation_id[digit / 2] << 4 | (guint8) g_ascii_xdigit_value (*p));
      digit++;
    }
  self->has_correlation_id = TRUE;
  return TRUE;
}
