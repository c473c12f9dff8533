/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-error-private.h"
#include "pyrog-property.h"
#include "pyrog-servant-private.h"
#include "pyrog-servant.h"
#include "pyrog-value-variant.h"

/* How a servant carries out invocations */

#define SHOWN_NAME 64 /* bytes of a peer's name in an error */

static void
report (PyrogInvocation *invocation, GError *error)
{
  if (error == NULL)
    return;
  if (!pyrog_invocation_is_answered (invocation))
    pyrog_invocation_return_gerror (invocation, error);
  g_error_free (error);
}

/* The words are Pyro5's */
static GError *
refusal_of (const PyrogValue *name, const char *what)
{
  gboolean is_text = name->kind == PYROG_KIND_STR;
  g_autofree char *shown
      = pyrog_error_escape (is_text ? name->text : "", is_text ? name->size : 0, SHOWN_NAME);

  return g_error_new (PYROG_ERROR, PYROG_ERROR_ATTRIBUTE_ERROR,
                      "attempt to access %s attribute '%s'", what, shown);
}

/* The object with the properties: the invocation's instance, where the servant only describes it */
static GObject *
get_target (PyrogServant *self, PyrogInvocation *invocation)
{
  GObject *instance = pyrog_invocation_get_instance (invocation);
  GObject *object = pyrog_servant_get_private (self)->object;

  if (instance != NULL
      && g_type_is_a (G_OBJECT_TYPE (instance), pyrog_servant_get_instance_type (self)))
    return instance;
  return object != NULL ? object : G_OBJECT (self);
}

/* The servant whose class carries the method out */
static PyrogServant *
get_actor (PyrogServant *self, PyrogInvocation *invocation)
{
  GObject *target = get_target (self, invocation);

  return PYROG_IS_SERVANT (target) ? PYROG_SERVANT (target) : self;
}

static gboolean
call_member (PyrogServant *self, PyrogMember *member, PyrogInvocation *invocation, GError **error)
{
  g_autoptr (GVariant) args = NULL;

  if (member->handler != NULL)
    {
      if (member->signature != NULL
          && !pyrog_signature_order (member->signature, invocation, error))
        return FALSE;
      member->handler (invocation, member->user_data, error);
      return TRUE;
    }
  if (member->signature != NULL)
    {
      args = pyrog_signature_bind (member->signature, invocation, error);
      if (args != NULL)
        pyrog_invocation_set_args (invocation, args);
    }
  else
    {
      args = pyrog_invocation_get_args (invocation, error);
      if (args != NULL)
        g_variant_ref (args);
    }
  if (args == NULL)
    return FALSE;
  if (member->func != NULL)
    member->func (invocation, args, member->user_data, error);
  else if (member->class_func != NULL)
    member->class_func (get_actor (self, invocation), invocation, args, error);
  else
    {
      PyrogServant *actor = get_actor (self, invocation);
      PYROG_SERVANT_GET_CLASS (actor)->invoke (actor, invocation, error);
    }
  return TRUE;
}

/* (nullable) The member whose name came from a peer; it is not private */
static PyrogMember *
find_named (PyrogServant *self, const PyrogValue *name)
{
  char text[PYROG_MEMBER_MAX_NAME + 1];

  memcpy (text, name->text, name->size);
  text[name->size] = '\0';
  return pyrog_servant_find_member (self, text);
}

PyrogMember *
pyrog_servant_find_method (PyrogServant *self, const PyrogValue *name, GError **error)
{
  if (name->kind != PYROG_KIND_STR)
    {
      g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                           _ ("The name of a method is a str"));
      return NULL;
    }
  if (pyrog_member_name_is_private (name->text, name->size))
    {
      g_propagate_error (error, refusal_of (name, "private"));
      return NULL;
    }
  g_autoptr (PyrogMember) member = find_named (self, name);
  if (member != NULL && !member->is_attribute)
    return g_steal_pointer (&member);
  g_propagate_error (error, refusal_of (name, "unexposed"));
  return NULL;
}

void
pyrog_servant_call_method (PyrogServant *self, PyrogMember *method, PyrogInvocation *invocation)
{
  GError *error = NULL;

  call_member (self, method, invocation, &error);
  report (invocation, error);
  /* References say nothing here: in some languages a forgotten object lives on for a while */
  if (!pyrog_invocation_is_held (invocation) && !pyrog_invocation_is_answered (invocation))
    report (invocation, g_error_new_literal (PYROG_ERROR, PYROG_ERROR_FAILED,
                                             _ ("The method ended without an answer")));
}

void
pyrog_servant_dispatch (PyrogServant *self, PyrogInvocation *invocation)
{
  GError *error = NULL;
  g_autoptr (PyrogMember) method
      = pyrog_servant_find_method (self, &invocation->call.method, &error);

  if (method != NULL)
    pyrog_servant_call_method (self, method, invocation);
  report (invocation, error);
}

/* ---- Attributes ---- */

/* The attribute that the first of count arguments names, if it may be accessed so */
static PyrogMember *
find_attribute (PyrogServant *self, PyrogInvocation *invocation, guint count, PyrogAccess access)
{
  const PyrogValue *args = pyrog_invocation_get_arg_values (invocation);
  g_autoptr (PyrogMember) member = NULL;

  if (args->size != count || args->items[0].kind != PYROG_KIND_STR)
    {
      report (invocation, g_error_new (PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                                       _ ("Access to an attribute needs its name")));
      return NULL;
    }
  if (!pyrog_member_name_is_private (args->items[0].text, args->items[0].size))
    member = find_named (self, &args->items[0]);
  if (member == NULL || (member->access & access) == 0)
    {
      report (invocation, refusal_of (&args->items[0], "unexposed or unknown remote"));
      return NULL;
    }
  return g_steal_pointer (&member);
}

static PyrogItemStream *
get_stream (PyrogMember *member, GObject *target, GError **error)
{
  PyrogItemStream *stream;

  if (member->stream_getter != NULL)
    return member->stream_getter (member->name, member->user_data, error);
  g_object_get (target, member->pspec->name, &stream, NULL);
  return stream;
}

static void
answer_attribute (PyrogServant *self,
                  PyrogMember *member,
                  PyrogInvocation *invocation,
                  GError **error)
{
  GObject *target = get_target (self, invocation);
  g_autoptr (PyrogItemStream) stream = NULL;
  GVariant *value = NULL;
  GError *failure = NULL;

  if (member->stream_getter != NULL
      || (member->pspec != NULL && g_type_is_a (member->pspec->value_type, PYROG_TYPE_ITEM_STREAM)))
    stream = get_stream (member, target, &failure);
  else if (member->pspec != NULL)
    value = pyrog_property_get (target, member->pspec, &failure);
  else
    value = member->getter (member->name, member->user_data, &failure);
  if (stream != NULL)
    pyrog_invocation_return_stream (invocation, stream);
  else if (value != NULL)
    {
      g_autoptr (GVariant) owned = g_variant_take_ref (value);
      pyrog_invocation_return_value (invocation, owned);
    }
  else if (failure == NULL)
    g_set_error (&failure, PYROG_ERROR, PYROG_ERROR_FAILED, _ ("The attribute ‘%s’ has no value"),
                 member->name);
  if (failure != NULL)
    g_propagate_error (error, failure);
}

void
pyrog_servant_dispatch_get (PyrogServant *self, PyrogInvocation *invocation)
{
  g_autoptr (PyrogMember) member = find_attribute (self, invocation, 1, PYROG_ACCESS_READ);
  GError *error = NULL;

  if (member == NULL)
    return;
  answer_attribute (self, member, invocation, &error);
  report (invocation, error);
}

void
pyrog_servant_dispatch_set (PyrogServant *self, PyrogInvocation *invocation)
{
  g_autoptr (PyrogMember) member = find_attribute (self, invocation, 2, PYROG_ACCESS_WRITE);
  GError *error = NULL;
  gboolean ok = FALSE;

  if (member == NULL)
    return;
  const PyrogValue *wanted = &pyrog_invocation_get_arg_values (invocation)->items[1];
  if (member->pspec != NULL)
    ok = pyrog_property_set (get_target (self, invocation), member->pspec, wanted, &error);
  else
    {
      g_autoptr (GVariant) value = pyrog_value_to_variant_sliced (
          wanted, member->type != NULL ? member->type : G_VARIANT_TYPE_ANY, member->name,
          pyrog_invocation_get_slices (invocation), &error);
      if (value != NULL)
        ok = member->setter (member->name, value, member->setter_data, &error);
    }
  if (ok)
    pyrog_invocation_return_none (invocation);
  else if (error == NULL)
    g_set_error (&error, PYROG_ERROR, PYROG_ERROR_FAILED, _ ("The attribute ‘%s’ could not be set"),
                 member->name);
  report (invocation, error);
}

void
pyrog_servant_carry_out (PyrogServant *self, PyrogInvocation *invocation)
{
  const PyrogValue *method = &invocation->call.method;

  if (pyrog_value_is_text (method, "__getattr__"))
    pyrog_servant_dispatch_get (self, invocation);
  else if (pyrog_value_is_text (method, "__setattr__"))
    pyrog_servant_dispatch_set (self, invocation);
  else
    pyrog_servant_dispatch (self, invocation);
}
