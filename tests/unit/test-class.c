/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-class.h"

#include <gio/gio.h>
#include <string.h>

#include "pyrog-class-private.h"
#include "pyrog-codec.h"
#include "pyrog-error.h"
#include "pyrog-value-variant.h"

/* ---- A car, whose parts are cars too ---- */

#define TEST_TYPE_CAR (test_car_get_type ())

G_DECLARE_DERIVABLE_TYPE (TestCar, test_car, TEST, CAR, GObject)

struct _TestCarClass
{
  GObjectClass parent_class;
};

typedef struct
{
  char *name; /* (owned) (nullable) */
  int max_speed;
  GVariant *extra;     /* (owned) (nullable) */
  TestCar *trailer;    /* (owned) (nullable) */
  GListModel *luggage; /* (owned) (nullable) */
} TestCarPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (TestCar, test_car, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
  PROP_MAX_SPEED,
  PROP_EXTRA,
  PROP_TRAILER,
  PROP_LUGGAGE,
  PROP_WEIGHT,
} TestCarProperty;

static void
test_car_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  TestCarPrivate *car = test_car_get_instance_private (TEST_CAR (object));

  switch ((TestCarProperty) id)
    {
    case PROP_NAME:
      g_value_set_string (value, car->name);
      break;
    case PROP_MAX_SPEED:
      g_value_set_int (value, car->max_speed);
      break;
    case PROP_EXTRA:
      g_value_set_variant (value, car->extra);
      break;
    case PROP_TRAILER:
      g_value_set_object (value, car->trailer);
      break;
    case PROP_LUGGAGE:
      g_value_set_object (value, car->luggage);
      break;
    case PROP_WEIGHT:
      g_value_set_int (value, 1000);
      break;
    }
}

static void
test_car_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  TestCarPrivate *car = test_car_get_instance_private (TEST_CAR (object));

  switch ((TestCarProperty) id)
    {
    case PROP_NAME:
      g_free (car->name);
      car->name = g_value_dup_string (value);
      break;
    case PROP_MAX_SPEED:
      car->max_speed = g_value_get_int (value);
      break;
    case PROP_EXTRA:
      g_clear_pointer (&car->extra, g_variant_unref);
      car->extra = g_value_dup_variant (value);
      break;
    case PROP_TRAILER:
      g_set_object (&car->trailer, g_value_get_object (value));
      break;
    case PROP_LUGGAGE:
      g_set_object (&car->luggage, g_value_get_object (value));
      break;
    case PROP_WEIGHT:
      g_assert_not_reached ();
    }
}

static void
test_car_dispose (GObject *object)
{
  TestCarPrivate *car = test_car_get_instance_private (TEST_CAR (object));

  g_clear_pointer (&car->name, g_free);
  g_clear_pointer (&car->extra, g_variant_unref);
  g_clear_object (&car->trailer);
  g_clear_object (&car->luggage);
  G_OBJECT_CLASS (test_car_parent_class)->dispose (object);
}

static void
test_car_class_init (TestCarClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = test_car_get_property;
  object_class->set_property = test_car_set_property;
  object_class->dispose = test_car_dispose;
  g_object_class_install_property (
      object_class, PROP_NAME,
      g_param_spec_string ("name", NULL, NULL, NULL, flags | G_PARAM_CONSTRUCT_ONLY));
  g_object_class_install_property (
      object_class, PROP_MAX_SPEED,
      g_param_spec_int ("max-speed", NULL, NULL, 0, 300, 100, flags | G_PARAM_CONSTRUCT));
  g_object_class_install_property (
      object_class, PROP_EXTRA,
      g_param_spec_variant ("extra", NULL, NULL, G_VARIANT_TYPE_ANY, NULL, flags));
  g_object_class_install_property (
      object_class, PROP_TRAILER,
      g_param_spec_object ("trailer", NULL, NULL, TEST_TYPE_CAR, flags));
  g_object_class_install_property (
      object_class, PROP_LUGGAGE,
      g_param_spec_object ("luggage", NULL, NULL, G_TYPE_LIST_MODEL, flags));
  g_object_class_install_property (object_class, PROP_WEIGHT,
                                   g_param_spec_int ("weight", NULL, NULL, 0, 2000, 0,
                                                     G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
test_car_init (TestCar *self)
{
}

/* Not registered itself */
#define TEST_TYPE_VAN (test_van_get_type ())

G_DECLARE_FINAL_TYPE (TestVan, test_van, TEST, VAN, TestCar)

struct _TestVan
{
  TestCar parent_instance;
};

G_DEFINE_FINAL_TYPE (TestVan, test_van, TEST_TYPE_CAR)

static void
test_van_class_init (TestVanClass *class)
{
}

static void
test_van_init (TestVan *self)
{
}

static GObject *
new_car (const char *name)
{
  return g_object_new (TEST_TYPE_CAR, "name", name, NULL);
}

static void
begin (void)
{
  g_assert_true (pyrog_class_register (TEST_TYPE_CAR, "shop.Car"));
}

static void
end (void)
{
  g_assert_true (pyrog_class_unregister (TEST_TYPE_CAR));
}

static void
assert_text (GObject *object, const char *expected)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = pyrog_class_to_variant (object, &error);

  g_assert_no_error (error);
  g_assert_true (g_variant_is_floating (value));
  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  g_autofree char *text = g_variant_print (sunk, FALSE);
  g_assert_cmpstr (text, ==, expected);
}

static GObject *
read_text (const char *text, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (GVariant) value = g_variant_parse (NULL, text, NULL, NULL, &failure);

  g_assert_no_error (failure);
  return pyrog_class_from_variant (value, error);
}

static void
assert_unreadable (const char *text, GQuark domain, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (read_text (text, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

static void
assert_unwritable (GObject *object, GQuark domain, int code, const char *message)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_class_to_variant (object, &error));
  g_assert_error (error, domain, code);
  g_assert_cmpstr (error->message, ==, message);
}

/* ---- Properties ---- */

/* An object's state are its properties that can be read and written, and a derived object's those
 * of the type that is registered */
static void
test_properties (void)
{
  g_autoptr (GObject) car = new_car ("Ada");
  g_autoptr (GObject) van = g_object_new (TEST_TYPE_VAN, NULL);

  begin ();
  assert_text (car, "{'__class__': <'shop.Car'>, 'name': <'Ada'>, 'max_speed': <int64 100>, "
                    "'extra': <@mv nothing>, 'trailer': <@mv nothing>, 'luggage': <@mv nothing>}");
  assert_text (van, "{'__class__': <'shop.Car'>, 'name': <@mv nothing>, 'max_speed': <int64 100>, "
                    "'extra': <@mv nothing>, 'trailer': <@mv nothing>, 'luggage': <@mv nothing>}");
  end ();
}

/* Objects and lists of them within an object come back as such, by way of every serializer */
static void
test_round_trip (void)
{
  g_autoptr (GObject) car = new_car ("Ada");
  g_autoptr (GObject) trailer = new_car (NULL);
  g_autoptr (GObject) bag = new_car ("bag");
  g_autoptr (GListStore) luggage = g_list_store_new (TEST_TYPE_CAR);

  begin ();
  g_list_store_append (luggage, bag);
  g_object_set (trailer, "max-speed", 80, "extra",
                g_variant_new ("(xs)", G_GINT64_CONSTANT (5), "x"), NULL);
  g_object_set (car, "trailer", trailer, "luggage", luggage, NULL);
  for (int serializer = PYROG_SERIALIZER_SERPENT; serializer <= PYROG_SERIALIZER_MSGPACK;
       serializer++)
    {
      const PyrogCodec *codec = pyrog_codec_get ((guint8) serializer);
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogBuffer out;
      PyrogValue value;
      pyrog_buffer_init (&out, G_MAXSIZE);
      g_assert_true (
          pyrog_value_from_variant (arena, pyrog_class_to_variant (car, NULL), &value, &error));
      g_assert_true (codec->encode (&value, "value", &out, &error));
      g_assert_true (codec->decode (arena, out.data, out.size, &value, &error));
      g_autoptr (GVariant) came = pyrog_value_to_variant (&value, "value", &error);
      g_assert_no_error (error);
      g_autoptr (GObject) copy = pyrog_class_from_variant (came, &error);
      g_assert_no_error (error);
      g_autoptr (GObject) copied_trailer = NULL;
      g_autoptr (GListModel) copied_luggage = NULL;
      g_object_get (copy, "trailer", &copied_trailer, "luggage", &copied_luggage, NULL);
      g_autoptr (GObject) copied_bag = g_list_model_get_object (copied_luggage, 0);
      g_autofree char *name = NULL;
      g_autofree char *bag_name = NULL;
      g_autofree char *trailer_name = NULL;
      g_autoptr (GVariant) extra = NULL;
      int speed;
      g_object_get (copy, "name", &name, NULL);
      g_object_get (copied_bag, "name", &bag_name, NULL);
      g_object_get (copied_trailer, "max-speed", &speed, "extra", &extra, "name", &trailer_name,
                    NULL);
      g_assert_cmpstr (name, ==, "Ada");
      g_assert_cmpstr (bag_name, ==, "bag");
      g_assert_cmpint (speed, ==, 80);
      g_assert_null (trailer_name);
      g_assert_cmpuint (g_variant_n_children (extra), ==, 2);
      pyrog_buffer_clear (&out);
    }
  end ();
}

/* What a state does not say has its default */
static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  int speed;

  begin ();
  g_autoptr (GObject) car = read_text ("{'__class__': <'shop.Car'>}", &error);
  g_assert_no_error (error);
  g_assert_true (TEST_IS_CAR (car));
  g_object_get (car, "max-speed", &speed, NULL);
  g_assert_cmpint (speed, ==, 100);
  end ();
}

/* What is wrong in a value is an error that says where */
static void
test_unreadable (void)
{
  static const struct
  {
    const char *text;
    int code;
    const char *message;
  } rows[] = {
    { "'x'", PYROG_ERROR_TYPE_ERROR,
      "value: a value of the type ‘s’ does not stand for an object" },
    { "{'x': <1>}", PYROG_ERROR_TYPE_ERROR,
      "value: a value of the type ‘a{sv}’ does not stand for an object" },
    { "{'__class__': <1>}", PYROG_ERROR_TYPE_ERROR,
      "value: a value of the type ‘a{sv}’ does not stand for an object" },
    { "{'__class__': <'shop.Bike\\n'>}", PYROG_ERROR_SERIALIZE,
      "value: the class ‘shop.Bike\\u000a’ is unknown" },
    { "{'__class__': <'shop.Car'>, 'max_speed': <'fast'>}", PYROG_ERROR_TYPE_ERROR,
      "shop.Car[\"max_speed\"]: ‘str’ does not fit the type ‘i’" },
    { "{'__class__': <'shop.Car'>, 'max_speed': <int64 5000000000>}", PYROG_ERROR_OVERFLOW_ERROR,
      "shop.Car[\"max_speed\"]: the int is out of the range of type ‘i’" },
    { "{'__class__': <'shop.Car'>, 'max_speed': <500>}", PYROG_ERROR_VALUE_ERROR,
      "The property ‘shop.Car[\"max_speed\"]’ does not allow that value" },
    { "{'__class__': <'shop.Car'>, 'weight': <1>}", PYROG_ERROR_ATTRIBUTE_ERROR,
      "shop.Car[\"weight\"]: the type ‘TestCar’ has no such property" },
    { "{'__class__': <'shop.Car'>, 'wheels': <1>}", PYROG_ERROR_ATTRIBUTE_ERROR,
      "shop.Car[\"wheels\"]: the type ‘TestCar’ has no such property" },
    { "{'__class__': <'shop.Car'>, 'max-speed': <1>, 'max_speed': <1>}",
      PYROG_ERROR_ATTRIBUTE_ERROR,
      "shop.Car[\"max_speed\"]: the type ‘TestCar’ has no such property" },
    { "{'__class__': <'shop.Car'>, 'trailer': <{'__class__': <'shop.Car'>, 'max_speed': <''>}>}",
      PYROG_ERROR_TYPE_ERROR,
      "shop.Car[\"trailer\"][\"max_speed\"]: ‘str’ does not fit the type ‘i’" },
    { "{'__class__': <'shop.Car'>, 'trailer': <5>}", PYROG_ERROR_TYPE_ERROR,
      "shop.Car[\"trailer\"]: a value of the type ‘i’ does not stand for an object" },
    { "{'__class__': <'shop.Car'>, 'trailer': <{'__class__': <'shop.Other'>}>}",
      PYROG_ERROR_TYPE_ERROR,
      "shop.Car[\"trailer\"]: an object of the type ‘GObject’ is not one of ‘TestCar’" },
    { "{'__class__': <'shop.Car'>, 'luggage': <5>}", PYROG_ERROR_TYPE_ERROR,
      "shop.Car[\"luggage\"]: ‘i’ is not a list" },
    { "{'__class__': <'shop.Car'>, 'luggage': <[<{'__class__': <'shop.Car'>}>, <7>]>}",
      PYROG_ERROR_TYPE_ERROR,
      "shop.Car[\"luggage\"][1]: a value of the type ‘i’ does not stand for an object" },
    { "{'__class__': <'shop.Model'>}", PYROG_ERROR_TYPE_ERROR,
      "shop.Model: the type ‘GInputStream’ is abstract and has no reader" },
  };

  begin ();
  g_assert_true (pyrog_class_register (G_TYPE_OBJECT, "shop.Other"));
  g_assert_true (pyrog_class_register (G_TYPE_INPUT_STREAM, "shop.Model"));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_unreadable (rows[i].text, PYROG_ERROR, rows[i].code, rows[i].message);
  g_assert_true (pyrog_class_unregister (G_TYPE_INPUT_STREAM));
  g_assert_true (pyrog_class_unregister (G_TYPE_OBJECT));
  end ();
}

/* Objects of types that are not registered, properties without values, and objects that hold
 * themselves can't be written */
static void
test_unwritable (void)
{
  g_autoptr (GObject) car = new_car (NULL);
  g_autoptr (GObject) other = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GListStore) luggage = g_list_store_new (G_TYPE_OBJECT);
  g_autoptr (GObject) client = G_OBJECT (g_socket_client_new ());
  g_autoptr (GError) error = NULL;

  begin ();
  assert_unwritable (other, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                     "GObject: the type ‘GObject’ is not registered for a remote class");
  g_list_store_append (luggage, other);
  g_object_set (car, "luggage", luggage, NULL);
  assert_unwritable (car, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                     "shop.Car[\"luggage\"][0]: the type ‘GObject’ is not registered for a remote "
                     "class");
  g_object_set (car, "trailer", car, "luggage", NULL, NULL);
  g_assert_null (pyrog_class_to_variant (car, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_true (g_str_has_suffix (error->message, ": objects are nested more than 60 levels"));
  g_object_set (car, "trailer", NULL, NULL);
  /* The count of levels is back where it was */
  g_autoptr (GVariant) value = g_variant_ref_sink (pyrog_class_to_variant (car, NULL));
  g_assert_nonnull (value);
  end ();
}

/* ---- Functions ---- */

static void
count_cb (gpointer data)
{
  ++*(int *) data;
}

static GVariant *
write_car (GObject *object, gpointer user_data, GError **error)
{
  g_autofree char *name = NULL;
  GVariantDict dict;

  g_object_get (object, "name", &name, NULL);
  if (g_strcmp0 (name, "thrown") == 0)
    return NULL;
  if (g_strcmp0 (name, "list") == 0)
    return g_variant_new_strv (NULL, 0);
  if (g_strcmp0 (name, "broken") == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "in the garage");
      return NULL;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "__class__", "s", "another");
  g_variant_dict_insert (&dict, "called", "s", name);
  return g_variant_dict_end (&dict);
}

static GObject *
read_car (GVariant *state, gpointer user_data, GError **error)
{
  const char *name;

  g_assert_false (g_variant_lookup (state, "__class__", "&s", &name));
  if (!g_variant_lookup (state, "called", "&s", &name))
    return NULL;
  if (strcmp (name, "other") == 0)
    return g_object_new (G_TYPE_OBJECT, NULL);
  if (strcmp (name, "broken") == 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY, "in the garage");
      return NULL;
    }
  return new_car (name);
}

/* Functions make values and objects; they are let go when others come and when it ends */
static void
test_functions (void)
{
  g_autoptr (GObject) car = new_car ("Ada");
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  int dropped = 0;

  begin ();
  pyrog_class_set_writer (TEST_TYPE_CAR, write_car, &dropped, count_cb);
  pyrog_class_set_writer (TEST_TYPE_CAR, write_car, &dropped, count_cb);
  g_assert_cmpint (dropped, ==, 1);
  pyrog_class_set_reader (TEST_TYPE_CAR, read_car, &dropped, count_cb);
  assert_text (car, "{'__class__': <'shop.Car'>, 'called': <'Ada'>}");
  g_autoptr (GObject) copy = read_text ("{'called': <'Bob'>, '__class__': <'shop.Car'>}", &error);
  g_assert_no_error (error);
  g_object_get (copy, "name", &name, NULL);
  g_assert_cmpstr (name, ==, "Bob");
  end ();
  g_assert_cmpint (dropped, ==, 3);
}

/* A function's error is the error, and one that says nothing or something else is one too */
static void
test_failing_functions (void)
{
  g_autoptr (GObject) broken = new_car ("broken");
  g_autoptr (GObject) thrown = new_car ("thrown");
  g_autoptr (GObject) list = new_car ("list");

  begin ();
  pyrog_class_set_writer (TEST_TYPE_CAR, write_car, NULL, NULL);
  pyrog_class_set_reader (TEST_TYPE_CAR, read_car, NULL, NULL);
  assert_unwritable (broken, G_IO_ERROR, G_IO_ERROR_BUSY, "shop.Car: in the garage");
  assert_unwritable (thrown, PYROG_ERROR, PYROG_ERROR_FAILED,
                     "shop.Car: its writer gave neither a state nor an error");
  assert_unwritable (list, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR,
                     "shop.Car: its writer gave a value of the type ‘as’ as its state");
  assert_unreadable ("{'__class__': <'shop.Car'>, 'called': <'broken'>}", G_IO_ERROR,
                     G_IO_ERROR_BUSY, "shop.Car: in the garage");
  assert_unreadable ("{'__class__': <'shop.Car'>}", PYROG_ERROR, PYROG_ERROR_FAILED,
                     "shop.Car: its reader gave neither an object nor an error");
  assert_unreadable ("{'__class__': <'shop.Car'>, 'called': <'other'>}", PYROG_ERROR,
                     PYROG_ERROR_TYPE_ERROR,
                     "shop.Car: its reader gave an object of the type ‘GObject’");
  end ();
}

/* A type has one class, a class one type, and Pyro's own classes none */
static void
test_register (void)
{
  begin ();
  g_assert_false (pyrog_class_register (TEST_TYPE_CAR, "shop.Automobile"));
  g_assert_false (pyrog_class_register (TEST_TYPE_VAN, "shop.Car"));
  g_assert_false (pyrog_class_register (TEST_TYPE_VAN, "Pyro5.client.Proxy"));
  end ();
  g_assert_false (pyrog_class_unregister (TEST_TYPE_CAR));
  assert_unreadable ("{'__class__': <'shop.Car'>}", PYROG_ERROR, PYROG_ERROR_SERIALIZE,
                     "value: the class ‘shop.Car’ is unknown");
}

/* ---- Strict mode ---- */

/* Of the classes in a value those are known that are registered, Pyro's own, and exceptions */
static void
test_check (void)
{
  static const struct
  {
    const char *text;
    const char *message; /* (nullable) */
  } rows[] = {
    { "[<1>, <{'x': <'__class__'>}>]", NULL },
    { "{'__class__': <'shop.Car'>}", NULL },
    { "{'__class__': <'Pyro5.core.URI'>, 'state': <'x'>}", NULL },
    { "{'__class__': <'shop.Closed'>, '__exception__': <true>}", NULL },
    { "{'__class__': <'shop.Bike'>}", "args: the class ‘shop.Bike’ is unknown" },
    { "{'__class__': <5>}", "args: the class ‘int’ is unknown" },
    { "(1, [{'x': <{'__class__': <'shop.Bike'>}>}])",
      "args[1][0][\"x\"]: the class ‘shop.Bike’ is unknown" },
    { "{'__class__': <'shop.Car'>, 'x': <{'__class__': <'shop.Bike'>}>}",
      "args[\"x\"]: the class ‘shop.Bike’ is unknown" },
  };

  begin ();
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PyrogArena) arena = pyrog_arena_new ();
      g_autoptr (GError) error = NULL;
      PyrogValue value;
      g_assert_true (
          pyrog_value_from_variant (arena, g_variant_new_parsed (rows[i].text), &value, NULL));
      g_assert_true (pyrog_class_check (&value, "args", &error) == (rows[i].message == NULL));
      if (rows[i].message != NULL)
        g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
      g_assert_cmpstr (error != NULL ? error->message : NULL, ==, rows[i].message);
    }
  end ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/class/properties", test_properties);
  g_test_add_func ("/class/round-trip", test_round_trip);
  g_test_add_func ("/class/defaults", test_defaults);
  g_test_add_func ("/class/unreadable", test_unreadable);
  g_test_add_func ("/class/unwritable", test_unwritable);
  g_test_add_func ("/class/functions", test_functions);
  g_test_add_func ("/class/failing-functions", test_failing_functions);
  g_test_add_func ("/class/register", test_register);
  g_test_add_func ("/class/check", test_check);
  return g_test_run ();
}
