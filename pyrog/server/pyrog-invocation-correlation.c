/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <string.h>

#include "pyrog-call-options-private.h"
#include "pyrog-invocation-private.h"
#include "pyrog-uuid.h"

/* Which calls belong together */

/**
 * pyrog_invocation_get_correlation_id:
 * @self: an invocation
 *
 * The id by which the caller knows the call and what comes of it.
 *
 * Returns: (transfer full) (nullable): the text of a UUID, or %NULL if the call has none
 *
 * Since: 1.0
 */
char *
pyrog_invocation_get_correlation_id (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  if ((self->header.flags & PYROG_FLAG_CORRELATION_ID) == 0)
    return NULL;
  return pyrog_uuid_to_string (self->header.correlation_id);
}

/* The calls of a batch have one id, like their answer */
static gboolean
make_id (PyrogInvocation *self)
{
  PyrogHeader *header = &self->header;

  if ((header->flags & PYROG_FLAG_CORRELATION_ID) != 0)
    return TRUE;
  if (self->whole != NULL)
    {
      if (!make_id (self->whole))
        return FALSE;
      memcpy (header->correlation_id, self->whole->header.correlation_id,
              PYROG_CORRELATION_ID_SIZE);
    }
  else if (!pyrog_uuid_random (header->correlation_id))
    return FALSE;
  header->flags |= PYROG_FLAG_CORRELATION_ID;
  return TRUE;
}

/**
 * pyrog_invocation_ensure_correlation_id:
 * @self: an invocation that was not answered
 *
 * The id by which the caller knows the call and what comes of it. If it has none, one is made, and
 * the caller learns of it from the reply. To be called before the answer, in the thread that gives
 * it.
 *
 * Returns: (transfer full) (nullable): the text of a UUID, or %NULL if the system has no random
 *   numbers
 *
 * Since: 1.0
 */
char *
pyrog_invocation_ensure_correlation_id (PyrogInvocation *self)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (self), NULL);

  return make_id (self) ? pyrog_uuid_to_string (self->header.correlation_id) : NULL;
}

/**
 * pyrog_call_options_new_for_invocation: (constructor)
 * @invocation: an invocation that was not answered
 *
 * Makes options for the calls that a method makes on its part: they have the correlation id of its
 * own call, as with Pyro5, and nothing else of it. If that has none, one is made; see
 * [method@Invocation.ensure_correlation_id].
 *
 * Returns: (transfer full): the options
 *
 * Since: 1.0
 */
PyrogCallOptions *
pyrog_call_options_new_for_invocation (PyrogInvocation *invocation)
{
  g_return_val_if_fail (PYROG_IS_INVOCATION (invocation), NULL);

  PyrogCallOptions *options = pyrog_call_options_new ();
  options->has_correlation_id = make_id (invocation);
  memcpy (options->correlation_id, invocation->header.correlation_id, PYROG_CORRELATION_ID_SIZE);
  return options;
}
