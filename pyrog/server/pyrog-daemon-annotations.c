/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-daemon-private.h"
#include "pyrog-error.h"

/**
 * pyrog_daemon_set_annotation:
 * @self: a daemon
 * @id: the four ASCII characters of an annotation's name
 * @data: (nullable): its bytes; %NULL to send none of that name any more
 * @error: return location for an error
 *
 * Sends an annotation with everything that the daemon answers from now on: handshakes, results,
 * exceptions and signs of life. It takes the place of one of the same name that a method sets, as
 * in Pyro5. Clients that are refused get none.
 *
 * A daemon has up to 16 of them, with 64 KiB of data in all. Those that Pyro uses itself (`STRM`,
 * `BLBI`) can't be set. Unlike other functions, this one may be called in any thread once the
 * daemon has been started.
 *
 * Returns: whether it worked; if not, %PYROG_ERROR_DAEMON tells that there would be too much
 *
 * Since: 1.0
 */
gboolean
pyrog_daemon_set_annotation (PyrogDaemon *self, const char *id, GBytes *data, GError **error)
{
  g_return_val_if_fail (PYROG_IS_DAEMON (self), FALSE);
  g_return_val_if_fail (id != NULL && strlen (id) == 4 && g_str_is_ascii (id), FALSE);
  g_return_val_if_fail (strcmp (id, "STRM") != 0 && strcmp (id, "BLBI") != 0, FALSE);

  if (self->dispatcher == NULL && !pyrog_daemon_prepare (self, error))
    return FALSE;
  if (pyrog_annotation_table_set (pyrog_dispatcher_get_annotations (self->dispatcher), id, data))
    return TRUE;
  g_set_error (error, PYROG_ERROR, PYROG_ERROR_DAEMON,
               _ ("With ‘%s’ the daemon would have more than %u annotations or %u bytes in them"),
               id, PYROG_MAX_SHARED_ANNOTATIONS, PYROG_MAX_SHARED_ANNOTATIONS_SIZE);
  return FALSE;
}
