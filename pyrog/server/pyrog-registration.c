/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-registration.h"

#include <glib/gi18n-lib.h>

#include "pyrog-error.h"
#include "pyrog-servant-private.h"

struct _PyrogRegistration
{
  gatomicrefcount refs;
  char *id;              /* (owned) */
  gconstpointer address; /* (unowned) of the servant */
  PyrogServant *servant; /* (owned) (nullable) NULL: weak */
  GWeakRef weak;         /* of a weak one */

  /* (owned) (nullable) for the one instance, and the key of others; NULL: there are none, the
   * servant itself is called */
  PyrogInstanceSlot *single;
  PyrogInstanceMode mode;
  PyrogInstanceFunc func; /* (nullable) */
  gpointer user_data;     /* (owned) by destroy */
  GDestroyNotify destroy; /* (nullable) */
};

PyrogRegistration *
pyrog_registration_new (const char *id, PyrogServant *servant, gboolean is_weak)
{
  PyrogRegistration *self = g_new0 (PyrogRegistration, 1);

  g_atomic_ref_count_init (&self->refs);
  self->id = g_strdup (id);
  self->address = servant;
  self->servant = is_weak ? NULL : g_object_ref (servant);
  g_weak_ref_init (&self->weak, is_weak ? servant : NULL);
  return self;
}

PyrogRegistration *
pyrog_registration_new_factory (const char *id,
                                PyrogServant *servant,
                                PyrogInstanceMode mode,
                                PyrogInstanceFunc func,
                                gpointer user_data,
                                GDestroyNotify destroy)
{
  PyrogRegistration *self = pyrog_registration_new (id, servant, FALSE);

  self->single = pyrog_instance_slot_new ();
  self->mode = mode;
  self->func = func;
  self->user_data = user_data;
  self->destroy = destroy;
  return self;
}

PyrogRegistration *
pyrog_registration_ref (PyrogRegistration *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
pyrog_registration_unref (PyrogRegistration *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->single, pyrog_instance_slot_unref);
  if (self->destroy != NULL)
    self->destroy (self->user_data);
  g_clear_object (&self->servant);
  g_weak_ref_clear (&self->weak);
  g_free (self->id);
  g_free (self);
}

const char *
pyrog_registration_get_id (PyrogRegistration *self)
{
  return self->id;
}

PyrogServant *
pyrog_registration_get_servant (PyrogRegistration *self)
{
  return self->servant != NULL ? g_object_ref (self->servant) : g_weak_ref_get (&self->weak);
}

gboolean
pyrog_registration_is_weak (PyrogRegistration *self)
{
  return self->servant == NULL;
}

gconstpointer
pyrog_registration_get_address (PyrogRegistration *self)
{
  return self->address;
}

void
pyrog_registration_retire (PyrogRegistration *self)
{
  if (self->single != NULL)
    pyrog_instance_slot_retire (self->single);
}

/* ---- Instances ---- */

typedef struct
{
  PyrogRegistration *registration;
  PyrogInvocation *invocation;
} Making;

static GObject *
make_by_func (Making *making, GError **error)
{
  PyrogRegistration *self = making->registration;
  GError *failure = NULL;
  GObject *instance = self->func (making->invocation, self->user_data, &failure);

  if (instance != NULL && g_object_is_floating (instance))
    g_object_ref_sink (instance);
  /* Some languages can't help returning something with an error */
  if (failure != NULL)
    {
      g_clear_object (&instance);
      g_propagate_error (error, failure);
    }
  else if (instance == NULL)
    g_set_error (error, PYROG_ERROR, PYROG_ERROR_FAILED, _ ("Nothing was made for the object ‘%s’"),
                 self->id);
  return instance;
}

static GObject *
make (gpointer data, GError **error)
{
  Making *making = data;
  GType type = pyrog_servant_get_instance_type (making->registration->servant);
  g_autoptr (GObject) instance = NULL;

  if (making->registration->func != NULL)
    instance = make_by_func (making, error);
  else
    {
      instance = g_object_new (type, NULL);
      if (g_object_is_floating (instance))
        g_object_ref_sink (instance);
    }
  if (instance != NULL && pyrog_servant_get_private (making->registration->servant)->type != NULL
      && !g_type_is_a (G_OBJECT_TYPE (instance), type))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                   _ ("For the object ‘%s’ a %s was made, not a %s"), making->registration->id,
                   G_OBJECT_TYPE_NAME (instance), g_type_name (type));
      return NULL;
    }
  return g_steal_pointer (&instance);
}

gboolean
pyrog_registration_bind (PyrogRegistration *self,
                         PyrogInvocation *invocation,
                         PyrogInstanceTable *session,
                         guint max_instances,
                         GError **error)
{
  Making making = { self, invocation };
  g_autoptr (PyrogInstanceSlot) slot = NULL;
  GObject *instance = NULL;

  if (self->single == NULL)
    return TRUE;
  if (self->mode == PYROG_INSTANCE_MODE_SINGLE)
    slot = pyrog_instance_slot_ref (self->single);
  else if (self->mode == PYROG_INSTANCE_MODE_SESSION)
    {
      slot = pyrog_instance_table_lookup (session, self->single, max_instances, error);
      if (slot == NULL)
        return FALSE;
    }
  instance
      = slot != NULL ? pyrog_instance_slot_get (slot, make, &making, error) : make (&making, error);
  if (instance != NULL)
    pyrog_invocation_take_instance (invocation, instance);
  return instance != NULL;
}
