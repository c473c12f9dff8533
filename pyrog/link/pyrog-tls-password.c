/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-tls-password.h"

#include <string.h>

struct _PyrogTlsPassword
{
  GTlsPassword parent_instance;

  guchar *value; /* (owned) (nullable) */
  gsize size;    /* of value */
};

G_DEFINE_TYPE (PyrogTlsPassword, pyrog_tls_password, G_TYPE_TLS_PASSWORD)

static void
wipe (PyrogTlsPassword *self)
{
  if (self->value != NULL)
    explicit_bzero (self->value, self->size);
  g_clear_pointer (&self->value, g_free);
  self->size = 0;
}

static const guchar *
pyrog_tls_password_get_value (GTlsPassword *password, gsize *length)
{
  PyrogTlsPassword *self = PYROG_TLS_PASSWORD (password);

  if (length != NULL)
    *length = self->size;
  return self->value;
}

static void
pyrog_tls_password_set_value (GTlsPassword *password,
                              guchar *value,
                              gssize length,
                              GDestroyNotify destroy)
{
  PyrogTlsPassword *self = PYROG_TLS_PASSWORD (password);

  wipe (self);
  if (value != NULL)
    {
      self->size = length >= 0 ? (gsize) length : strlen ((const char *) value);
      self->value = g_memdup2 (value, self->size);
      /* Made for this object; other memory may be constant */
      if (destroy == g_free)
        explicit_bzero (value, self->size);
    }
  if (destroy != NULL)
    destroy (value);
}

static void
pyrog_tls_password_finalize (GObject *object)
{
  wipe (PYROG_TLS_PASSWORD (object));
  G_OBJECT_CLASS (pyrog_tls_password_parent_class)->finalize (object);
}

static void
pyrog_tls_password_class_init (PyrogTlsPasswordClass *class)
{
  GTlsPasswordClass *password_class = G_TLS_PASSWORD_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = pyrog_tls_password_finalize;
  password_class->get_value = pyrog_tls_password_get_value;
  password_class->set_value = pyrog_tls_password_set_value;
}

static void
pyrog_tls_password_init (PyrogTlsPassword *self)
{
}

GTlsPassword *
pyrog_tls_password_new (GTlsPasswordFlags flags, const char *description)
{
  return g_object_new (PYROG_TYPE_TLS_PASSWORD, "flags", flags, "description", description, NULL);
}
