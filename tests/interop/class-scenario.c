/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */

/* Usage: class-scenario serve
 *        class-scenario call URI [SERIALIZER]
 *        class-scenario strict URI SERIALIZER
 *
 * Objects as values: a shop of cars, whose properties are their state, and of prices, which
 * functions write and read. Any failure of a client is an assertion; test_class.py runs it, also
 * against the real Pyro5. */

#include <pyrog.h>
#include <stdio.h>
#include <string.h>

/* ---- Cars and prices ---- */

typedef struct
{
  GObject parent_instance;
  char *name; /* (owned) (nullable) */
  gint64 max_speed;
  GObject *trailer; /* (owned) (nullable) */
} Car;

typedef GObjectClass CarClass;

GType car_get_type (void);

G_DEFINE_TYPE (Car, car, G_TYPE_OBJECT)

enum
{
  CAR_NAME = 1,
  CAR_MAX_SPEED,
  CAR_TRAILER,
};

static void
car_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  Car *self = (Car *) object;

  if (id == CAR_NAME)
    g_value_set_string (value, self->name);
  else if (id == CAR_MAX_SPEED)
    g_value_set_int64 (value, self->max_speed);
  else
    g_value_set_object (value, self->trailer);
}

static void
car_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  Car *self = (Car *) object;

  if (id == CAR_NAME)
    {
      g_free (self->name);
      self->name = g_value_dup_string (value);
    }
  else if (id == CAR_MAX_SPEED)
    self->max_speed = g_value_get_int64 (value);
  else
    g_set_object (&self->trailer, g_value_get_object (value));
}

static void
car_finalize (GObject *object)
{
  Car *self = (Car *) object;

  g_free (self->name);
  g_clear_object (&self->trailer);
  G_OBJECT_CLASS (car_parent_class)->finalize (object);
}

static void
car_class_init (CarClass *class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  class->get_property = car_get_property;
  class->set_property = car_set_property;
  class->finalize = car_finalize;
  g_object_class_install_property (class, CAR_NAME,
                                   g_param_spec_string ("name", NULL, NULL, NULL, flags));
  g_object_class_install_property (class, CAR_MAX_SPEED,
                                   g_param_spec_int64 ("max-speed", NULL, NULL, 0, 300, 0, flags));
  g_object_class_install_property (
      class, CAR_TRAILER, g_param_spec_object ("trailer", NULL, NULL, car_get_type (), flags));
}

static void
car_init (Car *self)
{
}

typedef struct
{
  GObject parent_instance;
  gint64 cents;
} Price;

typedef GObjectClass PriceClass;

GType price_get_type (void);

G_DEFINE_TYPE (Price, price, G_TYPE_OBJECT)

static void
price_class_init (PriceClass *class)
{
}

static void
price_init (Price *self)
{
}

static GVariant *
write_price (GObject *object, gpointer user_data, GError **error)
{
  Price *self = (Price *) object;
  GVariantDict dict;

  if (self->cents < 0)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "not for sale");
      return NULL;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (
      &dict, "amount",
      g_variant_new_take_string (g_strdup_printf ("%" G_GINT64_FORMAT ".%02" G_GINT64_FORMAT,
                                                  self->cents / 100, self->cents % 100)));
  return g_variant_dict_end (&dict);
}

static GObject *
read_price (GVariant *state, gpointer user_data, GError **error)
{
  const char *amount;
  int euros, cents;

  if (!g_variant_lookup (state, "amount", "&s", &amount)
      || sscanf (amount, "%d.%d", &euros, &cents) != 2)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR, "not a price");
      return NULL;
    }
  Price *self = g_object_new (price_get_type (), NULL);
  self->cents = euros * 100 + cents;
  return G_OBJECT (self);
}

static void
register_classes (void)
{
  g_assert_true (pyrog_class_register (car_get_type (), "shop.Car"));
  g_assert_true (pyrog_class_register (price_get_type (), "shop.Price"));
  pyrog_class_set_writer (price_get_type (), write_price, NULL, NULL);
  pyrog_class_set_reader (price_get_type (), read_price, NULL, NULL);
}

/* ---- The shop ---- */

/* The object of an argument; of no other type */
static gpointer
get_object (GVariant *args, GType type, GError **error)
{
  g_autoptr (GVariant) value = g_variant_get_child_value (args, 0);
  g_autoptr (GObject) object = pyrog_class_from_variant (value, error);

  if (object != NULL && !g_type_is_a (G_OBJECT_TYPE (object), type))
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_TYPE_ERROR, "not a %s", g_type_name (type));
      return NULL;
    }
  return g_steal_pointer (&object);
}

static void
return_object (PyrogInvocation *invocation, gpointer object, GError **error)
{
  GVariant *value = pyrog_class_to_variant (object, error);

  if (value != NULL)
    pyrog_invocation_return_value (invocation, value);
}

static void
tune (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GObject) object = get_object (args, car_get_type (), error);

  if (object == NULL)
    return;
  ((Car *) object)->max_speed += 10;
  return_object (invocation, object, error);
}

static void
discount (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (GObject) object = get_object (args, price_get_type (), error);

  if (object == NULL)
    return;
  ((Price *) object)->cents -= 100;
  return_object (invocation, object, error);
}

static GVariant *
make_car (const char *name, gint64 max_speed)
{
  g_autoptr (GObject) car
      = g_object_new (car_get_type (), "name", name, "max-speed", max_speed, NULL);

  return pyrog_class_to_variant (car, NULL);
}

static GVariant *
make_fleet (void)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  g_variant_builder_add (&builder, "v", make_car ("one", 1));
  g_variant_builder_add (&builder, "v", make_car ("two", 2));
  return g_variant_builder_end (&builder);
}

static void
fleet (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return_value (invocation, make_fleet ());
}

static void
stream (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  g_autoptr (PyrogItemStream) items = pyrog_item_stream_new_for_array (make_fleet ());

  pyrog_invocation_return_stream (invocation, items);
}

/* Nobody has registered that class */
static void
bike (PyrogInvocation *invocation, GVariant *args, gpointer user_data, GError **error)
{
  pyrog_invocation_return_value (
      invocation, g_variant_new_parsed ("{'__class__': <'shop.Bike'>, 'wheels': <2>}"));
}

static GVariant *
get_best (const char *name, gpointer user_data, GError **error)
{
  return pyrog_class_to_variant (G_OBJECT (*(Car **) user_data), error);
}

static gboolean
set_best (const char *name, GVariant *value, gpointer user_data, GError **error)
{
  g_autoptr (GObject) object = pyrog_class_from_variant (value, error);

  if (object == NULL)
    return FALSE;
  g_set_object ((GObject **) user_data, object);
  return TRUE;
}

static int
serve (void)
{
  g_autoptr (PyrogServant) servant = pyrog_servant_new ();
  g_autoptr (PyrogDaemon) daemon = pyrog_daemon_new (NULL);
  g_autoptr (GObject) best = g_object_new (car_get_type (), "name", "best", NULL);
  g_autoptr (GError) error = NULL;

  pyrog_servant_add_method (servant, "tune", "v car", NULL, tune, NULL, NULL);
  pyrog_servant_add_method (servant, "discount", "v price", NULL, discount, NULL, NULL);
  pyrog_servant_add_method (servant, "fleet", "", NULL, fleet, NULL, NULL);
  pyrog_servant_add_method (servant, "stream", "", NULL, stream, NULL, NULL);
  pyrog_servant_add_method (servant, "bike", "", NULL, bike, NULL, NULL);
  pyrog_servant_add_attribute (servant, "best", "v", get_best, &best, NULL);
  pyrog_servant_add_setter (servant, "best", set_best, &best, NULL);
  g_autoptr (PyrogUri) uri = pyrog_daemon_register (daemon, "shop", servant, &error);
  g_assert_no_error (error);
  g_autofree char *text = pyrog_uri_to_string (uri);
  g_print ("READY %s\n", text);
  return pyrog_daemon_run (daemon, NULL, &error) ? 0 : 1;
}

/* ---- A customer ---- */

/* The car of a result, which is consumed */
static void
assert_car (GVariant *owned_result, GError *error, const char *name, gint64 max_speed)
{
  g_autoptr (GVariant) result = owned_result;
  g_autoptr (GError) failure = NULL;

  g_assert_no_error (error);
  g_autoptr (GObject) car = pyrog_class_from_variant (result, &failure);
  g_assert_no_error (failure);
  g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (car, car_get_type ()));
  g_assert_cmpstr (((Car *) car)->name, ==, name);
  g_assert_cmpint (((Car *) car)->max_speed, ==, max_speed);
}

static void
check_call (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  GVariant *result = pyrog_proxy_call_sync (
      proxy, "tune", g_variant_new ("(v)", make_car ("Ada", 100)), NULL, NULL, &error);

  assert_car (result, error, "Ada", 110);
  GVariantDict kwargs;
  g_variant_dict_init (&kwargs, NULL);
  g_variant_dict_insert_value (&kwargs, "car", make_car ("Bob", 5));
  result = pyrog_proxy_call_full_sync (proxy, "tune", NULL, g_variant_dict_end (&kwargs), NULL,
                                       NULL, NULL, NULL, &error);
  assert_car (result, error, "Bob", 15);
}

/* A car within a car */
static void
check_trailer (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) trailer
      = g_object_new (car_get_type (), "name", "small", "max-speed", (gint64) 80, NULL);
  g_autoptr (GObject) car = g_object_new (car_get_type (), "trailer", trailer, NULL);
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (
      proxy, "tune", g_variant_new ("(v)", pyrog_class_to_variant (car, NULL)), NULL, NULL, &error);

  g_assert_no_error (error);
  g_autoptr (GObject) copy = pyrog_class_from_variant (result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((Car *) ((Car *) copy)->trailer)->name, ==, "small");
}

static void
check_fleet (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result
      = pyrog_proxy_call_sync (proxy, "fleet", NULL, "aa{sv}", NULL, &error);

  g_assert_no_error (error);
  assert_car (g_variant_get_child_value (result, 0), NULL, "one", 1);
  assert_car (g_variant_get_child_value (result, 1), NULL, "two", 2);
}

static void
check_stream (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyrogItemStream) items = pyrog_proxy_stream_sync (proxy, "stream", NULL, NULL, &error);

  g_assert_no_error (error);
  assert_car (pyrog_item_stream_next_sync (items, NULL, &error), error, "one", 1);
  assert_car (pyrog_item_stream_next_sync (items, NULL, &error), error, "two", 2);
  g_assert_null (pyrog_item_stream_next_sync (items, NULL, &error));
  g_assert_no_error (error);
}

static void
check_batch (PyrogProxy *proxy)
{
  g_autoptr (PyrogBatch) batch = pyrog_batch_new (proxy);
  g_autoptr (GError) error = NULL;

  pyrog_batch_add (batch, "tune", g_variant_new ("(v)", make_car ("Eve", 100)));
  pyrog_batch_add (batch, "tune", g_variant_new ("(v)", make_car ("Joe", 200)));
  g_autoptr (PyrogBatchResults) results = pyrog_batch_submit_sync (batch, NULL, &error);
  g_assert_no_error (error);
  assert_car (pyrog_batch_results_next (results, NULL, &error), error, "Eve", 110);
  assert_car (pyrog_batch_results_next (results, NULL, &error), error, "Joe", 210);
}

static void
check_attribute (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;

  pyrog_proxy_set_attribute_sync (proxy, "best", make_car ("mine", 7), NULL, &error);
  g_assert_no_error (error);
  assert_car (pyrog_proxy_get_attribute_sync (proxy, "best", NULL, NULL, &error), error, "mine", 7);
}

static GVariant *
call_discount (PyrogProxy *proxy, gint64 cents, GError **error)
{
  g_autoptr (GObject) price = g_object_new (price_get_type (), NULL);

  ((Price *) price)->cents = cents;
  GVariant *value = pyrog_class_to_variant (price, error);
  if (value == NULL)
    return NULL;
  return pyrog_proxy_call_sync (proxy, "discount", g_variant_new ("(v)", value), NULL, NULL, error);
}

/* The functions, and what they refuse at either end */
static void
check_price (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) result = call_discount (proxy, 350, &error);

  g_assert_no_error (error);
  g_autoptr (GObject) price = pyrog_class_from_variant (result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (((Price *) price)->cents, ==, 250);
  g_assert_null (call_discount (proxy, -1, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_VALUE_ERROR);
  g_assert_cmpstr (error->message, ==, "shop.Price: not for sale");
  g_clear_error (&error);
  g_assert_null (call_discount (proxy, 50, &error));
  g_assert_nonnull (strstr (error->message, "not for sale"));
}

/* An unknown class is data */
static void
check_unknown (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;
  const char *class;
  gint64 wheels;
  g_autoptr (GVariant) result = pyrog_proxy_call_sync (proxy, "bike", NULL, NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (g_variant_lookup (result, "__class__", "&s", &class));
  g_assert_cmpstr (class, ==, "shop.Bike");
  g_assert_true (g_variant_lookup (result, "wheels", "x", &wheels));
  g_assert_null (pyrog_class_from_variant (result, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
}

/* An unknown class is refused */
static void
check_strict (PyrogProxy *proxy)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (pyrog_proxy_call_sync (proxy, "bike", NULL, NULL, NULL, &error));
  g_assert_error (error, PYROG_ERROR, PYROG_ERROR_SERIALIZE);
  g_assert_cmpstr (error->message, ==, "result: the class ‘shop.Bike’ is unknown");
  g_assert_cmpint (pyrog_error_get_execution (error), ==, PYROG_EXECUTION_ANSWERED);
}

static void
call (PyrogProxy *proxy, gboolean strict)
{
  check_call (proxy);
  check_trailer (proxy);
  check_fleet (proxy);
  check_stream (proxy);
  check_batch (proxy);
  check_attribute (proxy);
  check_price (proxy);
  if (strict)
    check_strict (proxy);
  else
    check_unknown (proxy);
}

int
main (int argc, char **argv)
{
  g_autoptr (GEnumClass) class = g_type_class_ref (PYROG_TYPE_SERIALIZER);
  g_autoptr (PyrogConfig) config = pyrog_config_new ();
  g_autoptr (GError) error = NULL;

  register_classes ();
  if (argc == 2)
    return serve ();
  const gboolean strict = strcmp (argv[1], "strict") == 0;
  g_object_set (config, "strict-classes", strict, NULL);
  g_autoptr (PyrogProxy) proxy = pyrog_proxy_new (argv[2], config, &error);
  g_assert_no_error (error);
  if (argc > 3)
    pyrog_proxy_set_serializer (proxy, g_enum_get_value_by_nick (class, argv[3])->value);
  pyrog_proxy_set_timeout (proxy, 20);
  call (proxy, strict);
  return 0;
}
