/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-servant.h"

#include <gio/gio.h>
#include <string.h>

#include "fake-call.h"
#include "pyrog-error.h"
#include "pyrog-servant-private.h"

/* How a servant answers calls of its members; what peers read of it is in test-servant-metadata.c,
 * and how a daemon finds it in test-dispatcher.c */

static void
assert_call (PyrogServant *servant, const char *payload, const char *part)
{
  const PyrogHeader header = { .seq = 1 };
  guint answers = 0;

  g_test_message ("%s", payload);
  g_autoptr (PyrogInvocation) invocation = fake_call_new (&header, NULL, payload, &answers);
  if (strstr (payload, "__getattr__") != NULL)
    pyrog_servant_dispatch_get (servant, invocation);
  else if (strstr (payload, "__setattr__") != NULL)
    pyrog_servant_dispatch_set (servant, invocation);
  else
    pyrog_servant_dispatch (servant, invocation);
  g_assert_cmpuint (answers, ==, 1);
  g_autofree char *reply = fake_call_reply (invocation, NULL);
  if (strstr (reply, part) == NULL)
    g_error ("‘%s’ has no ‘%s’ in it", reply, part);
}

/* ---- A class with methods and properties ---- */

#define TEST_TYPE_LAMP (test_lamp_get_type ())
G_DECLARE_FINAL_TYPE (TestLamp, test_lamp, TEST, LAMP, PyrogServant)

struct _TestLamp
{
  PyrogServant parent_instance;

  int brightness;
};

typedef enum
{
  PROP_BRIGHTNESS = 1,
} TestLampProperty;

G_DEFINE_FINAL_TYPE (TestLamp, test_lamp, PYROG_TYPE_SERVANT)

static void
test_lamp_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_int (value, TEST_LAMP (object)->brightness);
}

static void
test_lamp_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TEST_LAMP (object)->brightness = g_value_get_int (value);
}

/* Answers with the name of the method */
static void
test_lamp_invoke (PyrogServant *servant, PyrogInvocation *invocation, GError **error)
{
  pyrog_invocation_return (invocation, "s", pyrog_invocation_get_method_name (invocation));
}

static void
dim (PyrogServant *servant, PyrogInvocation *invocation, GVariant *args, GError **error)
{
  gint64 by;

  g_variant_get (args, "(x)", &by);
  TEST_LAMP (servant)->brightness -= (int) by;
  pyrog_invocation_return (invocation, "i", TEST_LAMP (servant)->brightness);
}

static void
test_lamp_class_init (TestLampClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = test_lamp_get_property;
  object_class->set_property = test_lamp_set_property;
  PYROG_SERVANT_CLASS (klass)->invoke = test_lamp_invoke;
  g_object_class_install_property (
      object_class, PROP_BRIGHTNESS,
      g_param_spec_int ("brightness", NULL, NULL, 0, 100, 50,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS));
  pyrog_servant_class_install_method (PYROG_SERVANT_CLASS (klass), "dim", "x by", "i", dim);
  pyrog_servant_class_install_property (PYROG_SERVANT_CLASS (klass), "brightness",
                                        PYROG_ACCESS_READWRITE);
}

static void
test_lamp_init (TestLamp *self)
{
}

/* Members of a class act on the instance; `invoke` gets methods without a function */
static void
test_class (void)
{
  g_autoptr (PyrogServant) lamp = g_object_new (TEST_TYPE_LAMP, NULL);

  pyrog_servant_add_method (lamp, "anything", NULL, NULL, NULL, NULL, NULL);
  assert_call (lamp, "('o','dim',(20,),{})", "30");
  assert_call (lamp, "('o','dim',(),{'by':5})", "25");
  assert_call (lamp, "('o','dim',('x',),{})", "TypeError");
  assert_call (lamp, "('o','anything',(1,2),{})", "'anything'");
  assert_call (lamp, "('o','invoke',(),{})", "unexposed attribute");
  assert_call (lamp, "('o','__getattr__',('brightness',),None)", "25");
  assert_call (lamp, "('o','__setattr__',('brightness',70),None)", "None");
  assert_call (lamp, "('o','__setattr__',('brightness',101),None)", "'__exception__'");
  assert_call (lamp, "('o','__setattr__',('brightness','x'),None)", "TypeError");
  assert_call (lamp, "('o','brightness',(),{})", "unexposed attribute");
  assert_call (lamp, "('o','__getattr__',('brightness',),None)", "70");
}

/* The properties of another object, as far as they are exposed */
static void
test_object (void)
{
  g_autoptr (PyrogServant) lamp = g_object_new (TEST_TYPE_LAMP, NULL);
  g_autoptr (PyrogServant) servant = pyrog_servant_new_for_object (G_OBJECT (lamp));

  assert_call (servant, "('o','__getattr__',('brightness',),None)", "AttributeError");
  assert_call (servant, "('o','dim',(1,),{})", "AttributeError");
  pyrog_servant_expose_property (servant, "brightness", PYROG_ACCESS_READ);
  assert_call (servant, "('o','__getattr__',('brightness',),None)", "50");
  assert_call (servant, "('o','__setattr__',('brightness',7),None)", "AttributeError");
  pyrog_servant_expose_property (servant, "brightness", PYROG_ACCESS_WRITE);
  assert_call (servant, "('o','__getattr__',('brightness',),None)", "AttributeError");
  assert_call (servant, "('o','__setattr__',('brightness',7),None)", "None");
  g_assert_cmpint (TEST_LAMP (lamp)->brightness, ==, 7);
}

/* ---- Functions ---- */

static void
succeed (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autofree char *text = g_variant_print (args, TRUE);

  pyrog_invocation_return (invocation, "s", text);
}

static void
fail (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "lost");
}

/* The answer counts, the error that follows does not */
static void
answer_and_fail (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return (invocation, "s", "answered");
  g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_KEY_ERROR, "late");
}

static void
forget (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
}

/* What comes of each way in which a function can end */
static void
test_endings (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  pyrog_servant_add_method (servant, "any", NULL, NULL, succeed, NULL, NULL);
  pyrog_servant_add_method (servant, "typed", "(xs)", NULL, succeed, NULL, NULL);
  pyrog_servant_add_method (servant, "named", "x count, as  names", NULL, succeed, NULL, NULL);
  pyrog_servant_add_method (servant, "nothing", "", NULL, succeed, NULL, NULL);
  pyrog_servant_add_method (servant, "fail", NULL, NULL, fail, NULL, NULL);
  pyrog_servant_add_method (servant, "answer_and_fail", NULL, NULL, answer_and_fail, NULL, NULL);
  pyrog_servant_add_method (servant, "forget", NULL, NULL, forget, NULL, NULL);
  pyrog_servant_add_method (servant, "empty", NULL, NULL, NULL, NULL, NULL);
  assert_call (servant, "('o','any',(1,[2]),{'k':1})", "(<int64 1>, <[<int64 2>]>)");
  assert_call (servant, "('o','typed',(1,'a'),{})", "(int64 1, 'a')");
  assert_call (servant, "('o','typed',(1,'a'),{'k':1})", "takes no keyword arguments");
  assert_call (servant, "('o','typed',(1,),{})", "takes 2 arguments but 1 were given");
  assert_call (servant, "('o','named',(1,),{'names':['a','b']})", "(int64 1, ['a', 'b'])");
  assert_call (servant, "('o','named',(),{'names':(),'count':3})", "(int64 3, @as [])");
  assert_call (servant, "('o','named',(1,[]),{'count':1})", "takes 2 arguments but 3 were given");
  assert_call (servant, "('o','named',(1,),{'count':1})", "lacks the argument");
  assert_call (servant, "('o','named',(1,[2]),{})", "args[1][0]");
  assert_call (servant, "('o','nothing',(),{})", "()");
  assert_call (servant, "('o','nothing',(1,),{})", "takes 0 arguments but 1 were given");
  assert_call (servant, "('o','fail',(),{})", "builtins.KeyError");
  assert_call (servant, "('o','answer_and_fail',(),{})", "'answered'");
  assert_call (servant, "('o','forget',(),{})", "without an answer");
  assert_call (servant, "('o','empty',(),{})", "builtins.NotImplementedError");
}

/* ---- Attributes ---- */

static GVariant *
get_number (const char *name, gpointer user_data, GError **error)
{
  return g_variant_new_int32 (*(int *) user_data);
}

static gboolean
set_number (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  g_assert_cmpstr (name, ==, "number");
  if (g_variant_get_int32 (value) < 0)
    {
      g_set_error_literal (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "below 0");
      return FALSE;
    }
  *(int *) user_data = g_variant_get_int32 (value);
  return TRUE;
}

static GVariant *
get_nothing (const char *name, gpointer user_data, GError **error)
{
  return NULL;
}

static gboolean
set_nothing (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  return FALSE;
}

/* Attributes are read and written through their functions, converted and checked before that */
static void
test_attributes (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  int number = 5;

  pyrog_servant_add_attribute (servant, "number", "i", get_number, &number, NULL);
  assert_call (servant, "('o','__setattr__',('number',6),None)", "AttributeError");
  pyrog_servant_add_setter (servant, "number", set_number, &number, NULL);
  pyrog_servant_add_attribute (servant, "secret", "i", NULL, NULL, NULL);
  pyrog_servant_add_setter (servant, "secret", set_nothing, NULL, NULL);
  pyrog_servant_add_attribute (servant, "odd", NULL, get_nothing, NULL, NULL);
  assert_call (servant, "('o','__getattr__',('number',),None)", "5");
  assert_call (servant, "('o','__setattr__',('number',6),None)", "None");
  assert_call (servant, "('o','__setattr__',('number',-6),None)", "builtins.ValueError");
  assert_call (servant, "('o','__setattr__',('number',2147483648),None)", "OverflowError");
  assert_call (servant, "('o','__setattr__',('number','7'),None)", "TypeError");
  assert_call (servant, "('o','__setattr__',('number',),None)", "TypeError");
  assert_call (servant, "('o','__getattr__',(5,),None)", "TypeError");
  assert_call (servant, "('o','__getattr__',('number',1),None)", "TypeError");
  g_assert_cmpint (number, ==, 6);
  assert_call (servant, "('o','__getattr__',('secret',),None)", "AttributeError");
  assert_call (servant, "('o','__setattr__',('secret',1),None)", "could not be set");
  assert_call (servant, "('o','__getattr__',('odd',),None)", "has no value");
  assert_call (servant, "('o','__getattr__',('__class__',),None)", "AttributeError");
}

/* ---- Adding and removing ---- */

static const struct
{
  const char *name;
  gboolean is_private;
} names[] = {
  { "a", FALSE },
  { "a_b", FALSE },
  { "\xc3\xa4", FALSE },
  { "__len__", FALSE },
  { "__getitem__", FALSE },
  { "a b", FALSE },
  { "", TRUE },
  { "_", TRUE },
  { "__", TRUE },
  { "____", TRUE },
  { "_a", TRUE },
  { "__a", TRUE },
  { "__init__", TRUE },
  { "__class__", TRUE },
  { "__getattr__", TRUE },
  { "__reduce__", TRUE },
  { "a.b", TRUE },
  { ".", TRUE },
  { "a\n", TRUE },
  { "a\x7f", TRUE },
  { "a\xff", TRUE },
};

/* Which names can be exposed */
static void
test_names (void)
{
  g_autofree char *longest = g_strnfill (257, 'a');

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *shown = g_strescape (names[i].name, NULL);
      g_test_message ("%s", shown);
      g_assert_cmpint (pyrog_member_name_is_private (names[i].name, strlen (names[i].name)), ==,
                       names[i].is_private);
    }
  g_assert_false (pyrog_member_name_is_private (longest, 256));
  g_assert_true (pyrog_member_name_is_private (longest, 257));
}

static const struct
{
  const char *signature;
  const char *type; /* NULL: malformed */
  const char *names;
} signatures[] = {
  { "", "()", "" },
  { "()", "()", "" },
  { "(xa{sv})", "(xa{sv})", "" },
  { "x a", "(x)", "a" },
  { " x a ,  as b", "(xas)", "a b" },
  { "v value", "(v)", "value" },
  { "x", NULL, NULL },
  { "x a,", NULL, NULL },
  { ",x a", NULL, NULL },
  { "x a b", NULL, NULL },
  { "xx a", NULL, NULL },
  { "* a", NULL, NULL },
  { "(x", NULL, NULL },
  { "(*)", NULL, NULL },
  { "(x) a", NULL, NULL },
  { "(x)(y)", NULL, NULL },
};

/* Signatures with and without names, and what is none */
static void
test_signatures (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (signatures); i++)
    {
      gboolean ok;
      g_test_message ("‘%s’", signatures[i].signature);
      g_autoptr (PyrogMember) member = pyrog_member_new ("m");
      member->signature = pyrog_signature_parse (signatures[i].signature, &ok);
      g_assert_cmpint (ok, ==, signatures[i].type != NULL);
      g_assert_cmpint (member->signature != NULL, ==, ok);
      if (!ok)
        continue;
      g_autofree char *type = g_variant_type_dup_string (member->signature->type);
      g_assert_cmpstr (type, ==, signatures[i].type);
      g_autofree char *found = member->signature->names != NULL
                                   ? g_strjoinv (" ", member->signature->names)
                                   : g_strdup ("");
      g_assert_cmpstr (found, ==, signatures[i].names);
    }
}

static void
note_free (gpointer data)
{
  (*(guint *) data)++;
}

/* A new member takes the place of an old one, whose data goes; so does that of one that is removed
 */
static void
test_replace_and_remove (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  guint freed = 0;
  int number = 1;

  pyrog_servant_add_method (servant, "m", NULL, NULL, succeed, &freed, note_free);
  pyrog_servant_add_method (servant, "m", "(x)", NULL, fail, &freed, note_free);
  g_assert_cmpuint (freed, ==, 1);
  assert_call (servant, "('o','m',(1,),{})", "KeyError");
  pyrog_servant_add_attribute (servant, "m", "i", get_number, &number, NULL);
  g_assert_cmpuint (freed, ==, 2);
  assert_call (servant, "('o','m',(1,),{})", "unexposed attribute");
  assert_call (servant, "('o','__getattr__',('m',),None)", "1");
  g_assert_true (pyrog_servant_remove (servant, "m"));
  g_assert_false (pyrog_servant_remove (servant, "m"));
  assert_call (servant, "('o','__getattr__',('m',),None)", "AttributeError");
  pyrog_servant_add_method (servant, "n", NULL, NULL, succeed, &freed, note_free);
  g_clear_object (&servant);
  g_assert_cmpuint (freed, ==, 3);
}

static void
remove_myself (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_assert_true (pyrog_servant_remove (user_data, "once"));
  pyrog_invocation_return_none (invocation);
}

/* A method may remove itself while it runs */
static void
test_remove_inside (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();

  pyrog_servant_add_method (servant, "once", NULL, NULL, remove_myself, servant, NULL);
  assert_call (servant, "('o','once',(),{})", "None");
  assert_call (servant, "('o','once',(),{})", "unexposed attribute");
}

#define ROUNDS 2000

typedef struct
{
  PyrogServant *servant;
  int running; /* (atomic) threads */
} Adders;

static gpointer
add_often (gpointer data)
{
  Adders *adders = data;

  for (guint i = 0; i < ROUNDS; i++)
    pyrog_servant_add_method (adders->servant, "m", NULL, NULL, succeed, NULL, NULL);
  g_atomic_int_dec_and_test (&adders->running);
  return NULL;
}

/* Threads may put a member in the place of another at the same time; one of them is always there */
static void
test_threads (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  Adders adders = { servant, 3 };
  GThread *threads[3];

  pyrog_servant_add_method (servant, "m", NULL, NULL, succeed, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("adder", add_often, &adders);
  while (g_atomic_int_get (&adders.running) > 0)
    {
      g_autoptr (PyrogMember) member = pyrog_servant_find_member (servant, "m");
      g_assert_nonnull (member);
      g_assert_cmpstr (member->name, ==, "m");
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (pyrog_servant_get_private (servant)->order->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/servant/class", test_class);
  g_test_add_func ("/servant/object", test_object);
  g_test_add_func ("/servant/endings", test_endings);
  g_test_add_func ("/servant/attributes", test_attributes);
  g_test_add_func ("/servant/names", test_names);
  g_test_add_func ("/servant/signatures", test_signatures);
  g_test_add_func ("/servant/replace-and-remove", test_replace_and_remove);
  g_test_add_func ("/servant/remove-inside", test_remove_inside);
  g_test_add_func ("/servant/threads", test_threads);
  return g_test_run ();
}
