/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-handshake-request.h"

#include "pyrog-handshake-request-private.h"

/**
 * PyrogHandshakeRequest:
 *
 * The question whether the other end is the right one, by what it said in the handshake of Pyro's
 * protocol.
 *
 * A daemon asks it before it tells a client anything, a proxy before its first call. The text of a
 * refusal goes to the client: it should help an owner and tell an attacker nothing.
 *
 * Since: 1.0
 */
struct _PyrogHandshakeRequest
{
  PyrogAccessRequest parent_instance;

  GVariant *data;   /* (owned) */
  GVariant *answer; /* (owned) (nullable) */
};

G_DEFINE_FINAL_TYPE (PyrogHandshakeRequest, pyrog_handshake_request, PYROG_TYPE_ACCESS_REQUEST)

static void
pyrog_handshake_request_finalize (GObject *object)
{
  PyrogHandshakeRequest *self = PYROG_HANDSHAKE_REQUEST (object);

  g_clear_pointer (&self->data, g_variant_unref);
  g_clear_pointer (&self->answer, g_variant_unref);
  G_OBJECT_CLASS (pyrog_handshake_request_parent_class)->finalize (object);
}

static void
pyrog_handshake_request_class_init (PyrogHandshakeRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pyrog_handshake_request_finalize;
}

static void
pyrog_handshake_request_init (PyrogHandshakeRequest *self)
{
}

PyrogHandshakeRequest *
pyrog_handshake_request_new (PyrogConnection *connection, GVariant *data)
{
  PyrogHandshakeRequest *self
      = g_object_new (PYROG_TYPE_HANDSHAKE_REQUEST, "connection", connection, NULL);

  self->data = g_variant_ref_sink (data);
  return self;
}

GVariant *
pyrog_handshake_request_get_answer (PyrogHandshakeRequest *self)
{
  return self->answer;
}

/**
 * pyrog_handshake_request_get_data:
 * @self: a request
 *
 * What the other end said: a client what [method@Proxy.set_handshake] gave it, a daemon its answer.
 *
 * Returns: (transfer none): the value, `hello` unless a program chose another one
 *
 * Since: 1.0
 */
GVariant *
pyrog_handshake_request_get_data (PyrogHandshakeRequest *self)
{
  g_return_val_if_fail (PYROG_IS_HANDSHAKE_REQUEST (self), NULL);

  return self->data;
}

/**
 * pyrog_handshake_request_set_answer:
 * @self: a request that a daemon asks
 * @answer: what to say to the client if it is accepted; a floating one is consumed
 *
 * Answers the client, which hears `hello` otherwise.
 *
 * Since: 1.0
 */
void
pyrog_handshake_request_set_answer (PyrogHandshakeRequest *self, GVariant *answer)
{
  g_return_if_fail (PYROG_IS_HANDSHAKE_REQUEST (self));
  g_return_if_fail (answer != NULL);

  g_clear_pointer (&self->answer, g_variant_unref);
  self->answer = g_variant_ref_sink (answer);
}
