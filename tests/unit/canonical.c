/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "canonical.h"

#include <string.h>

#include "golden.h"
#include "pyrog/values/pyrog-number.h"

/* ---- Value tree to text ---- */

static void print_value (GString *out, const PyrogValue *value);

static void
print_real (GString *out, double real)
{
  guint64 bits;

  memcpy (&bits, &real, sizeof bits);
  g_string_append_printf (out, "%016" G_GINT64_MODIFIER "x", bits);
}

static void
print_hex (GString *out, const char *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (out, "%02x", (guint8) data[i]);
}

static void
print_text (GString *out, const char *text, gsize size)
{
  g_string_append (out, "s:\"");
  for (gsize i = 0; i < size; i++)
    {
      guint8 byte = (guint8) text[i];
      if (byte < 0x20 || byte > 0x7d || byte == '"' || byte == '\\')
        g_string_append_printf (out, "\\x%02x", byte);
      else
        g_string_append_c (out, (char) byte);
    }
  g_string_append_c (out, '"');
}

static void
print_items (GString *out, const PyrogValue *value, const char *open, char close)
{
  gsize count = pyrog_value_n_items (value);
  gboolean is_dict = value->kind == PYROG_KIND_DICT;

  g_string_append (out, open);
  for (gsize i = 0; i < count; i++)
    {
      if (i > 0)
        g_string_append_c (out, is_dict && i % 2 == 1 ? '=' : ',');
      else if (*open == '{')
        g_string_append_c (out, ' ');
      print_value (out, &value->items[i]);
    }
  g_string_append_c (out, close);
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
print_set (GString *out, const PyrogValue *value)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (gsize i = 0; i < value->size; i++)
    g_ptr_array_add (texts, pyrog_value_to_canonical (&value->items[i]));
  g_ptr_array_sort (texts, compare_texts);
  g_string_append (out, value->kind == PYROG_KIND_SET ? "{s" : "{f");
  for (guint i = 0; i < texts->len; i++)
    {
      g_string_append_c (out, i == 0 ? ' ' : ',');
      g_string_append (out, g_ptr_array_index (texts, i));
    }
  g_string_append_c (out, '}');
}

static void
print_value (GString *out, const PyrogValue *value)
{
  switch ((PyrogKind) value->kind)
    {
    case PYROG_KIND_NONE:
      g_string_append (out, "None");
      return;
    case PYROG_KIND_BOOL:
      g_string_append (out, value->boolean ? "True" : "False");
      return;
    case PYROG_KIND_INT:
      g_string_append_printf (out, "i:%" G_GINT64_FORMAT, value->integer);
      return;
    case PYROG_KIND_UINT:
      g_string_append_printf (out, "i:%" G_GUINT64_FORMAT, value->uinteger);
      return;
    case PYROG_KIND_BIG_INT:
      g_string_append (out, "i:");
      g_string_append_len (out, value->text, value->size);
      return;
    case PYROG_KIND_FLOAT:
      g_string_append (out, "f:");
      print_real (out, value->real);
      return;
    case PYROG_KIND_COMPLEX:
      g_string_append (out, "c:");
      print_real (out, value->parts[0]);
      print_real (out, value->parts[1]);
      return;
    case PYROG_KIND_STR:
    case PYROG_KIND_RAW_STR:
      print_text (out, value->text, value->size);
      return;
    case PYROG_KIND_BYTES:
      g_string_append (out, "b:");
      print_hex (out, value->text, value->size);
      return;
    case PYROG_KIND_LIST:
      print_items (out, value, "[", ']');
      return;
    case PYROG_KIND_TUPLE:
      print_items (out, value, "(", ')');
      return;
    case PYROG_KIND_SET:
    case PYROG_KIND_FROZENSET:
      print_set (out, value);
      return;
    case PYROG_KIND_DICT:
      print_items (out, value, "{d", '}');
      return;
    case PYROG_KIND_DATETIME:
      g_string_append (out, "t:");
      print_real (out, value->real);
      return;
    case PYROG_KIND_DATE:
      g_string_append_printf (out, "o:%" G_GINT64_FORMAT, value->integer);
      return;
    }
  g_assert_not_reached ();
}

char *
pyrog_value_to_canonical (const PyrogValue *value)
{
  GString *out = g_string_new (NULL);

  print_value (out, value);
  return g_string_free (out, FALSE);
}

/* ---- Text to value tree ---- */

typedef struct
{
  PyrogArena *arena;
  const char *p;
} Parser;

static PyrogValue parse_value (Parser *parser);

static gboolean
accept (Parser *parser, const char *text)
{
  if (!g_str_has_prefix (parser->p, text))
    return FALSE;
  parser->p += strlen (text);
  return TRUE;
}

static void
expect (Parser *parser, const char *text)
{
  if (!accept (parser, text))
    g_error ("expected %s at %.40s", text, parser->p);
}

static void *
copy (Parser *parser, const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  void *result = pyrog_arena_copy (parser->arena, data, size, &error);

  g_assert_no_error (error);
  return result;
}

static double
parse_real (Parser *parser)
{
  g_autofree char *digits = g_strndup (parser->p, 16);
  guint64 bits = 0;
  double real;
  g_autoptr (GError) error = NULL;

  g_ascii_string_to_unsigned (digits, 16, 0, G_MAXUINT64, &bits, &error);
  g_assert_no_error (error);
  parser->p += 16;
  memcpy (&real, &bits, sizeof real);
  return real;
}

static PyrogValue
parse_int (Parser *parser)
{
  gsize size = strspn (parser->p, "-0123456789");
  const char *text = parser->p;
  PyrogValue value = { .kind = PYROG_KIND_INT };

  parser->p += size;
  if (pyrog_number_read_int (text, size, &value.integer))
    return value;
  value.kind = PYROG_KIND_UINT;
  if (pyrog_number_read_uint (text, size, &value.uinteger))
    return value;
  value.kind = PYROG_KIND_BIG_INT;
  value.size = (guint32) size;
  value.text = copy (parser, text, size);
  return value;
}

static PyrogValue
parse_complex (Parser *parser)
{
  double parts[2];

  parts[0] = parse_real (parser);
  parts[1] = parse_real (parser);
  return (PyrogValue){ .kind = PYROG_KIND_COMPLEX, .parts = copy (parser, parts, sizeof parts) };
}

static PyrogValue
parse_text (Parser *parser)
{
  g_autoptr (GString) text = g_string_new (NULL);

  while (!accept (parser, "\""))
    {
      if (accept (parser, "\\x"))
        {
          int byte = g_ascii_xdigit_value (parser->p[0]) << 4 | g_ascii_xdigit_value (parser->p[1]);
          g_assert_cmpint (byte, >=, 0);
          g_string_append_c (text, (char) byte);
          parser->p += 2;
          continue;
        }
      g_assert_cmpint (*parser->p, !=, '\0');
      g_string_append_c (text, *parser->p++);
    }
  gboolean is_plain = g_utf8_validate_len (text->str, text->len, NULL);
  return (PyrogValue){ .kind = is_plain ? PYROG_KIND_STR : PYROG_KIND_RAW_STR,
                       .size = (guint32) text->len,
                       .text = copy (parser, text->str, text->len) };
}

static PyrogValue
parse_bytes (Parser *parser)
{
  gsize size = strspn (parser->p, "0123456789abcdef");
  g_autofree char *hex = g_strndup (parser->p, size);
  g_autoptr (GByteArray) bytes = golden_unhex (hex);

  parser->p += size;
  return (PyrogValue){ .kind = PYROG_KIND_BYTES,
                       .size = bytes->len,
                       .text = copy (parser, bytes->data, bytes->len) };
}

static PyrogValue
parse_items (Parser *parser, PyrogKind kind, const char *close)
{
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (PyrogValue));
  gboolean is_dict = kind == PYROG_KIND_DICT;

  accept (parser, " ");
  while (!accept (parser, close))
    {
      if (items->len > 0)
        expect (parser, is_dict && items->len % 2 == 1 ? "=" : ",");
      PyrogValue item = parse_value (parser);
      g_array_append_val (items, item);
    }
  return (PyrogValue){ .kind = (guint8) kind,
                       .size = is_dict ? items->len / 2 : items->len,
                       .items = copy (parser, items->data, items->len * sizeof (PyrogValue)) };
}

static PyrogValue
parse_container (Parser *parser)
{
  static const struct
  {
    const char *open;
    const char *close;
    PyrogKind kind;
  } containers[] = {
    { "[", "]", PYROG_KIND_LIST },  { "(", ")", PYROG_KIND_TUPLE },
    { "{s", "}", PYROG_KIND_SET },  { "{f", "}", PYROG_KIND_FROZENSET },
    { "{d", "}", PYROG_KIND_DICT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (containers); i++)
    {
      if (accept (parser, containers[i].open))
        return parse_items (parser, containers[i].kind, containers[i].close);
    }
  g_error ("no value at %.40s", parser->p);
}

static PyrogValue
parse_value (Parser *parser)
{
  if (accept (parser, "None"))
    return pyrog_value_none ();
  if (accept (parser, "True"))
    return pyrog_value_bool (TRUE);
  if (accept (parser, "False"))
    return pyrog_value_bool (FALSE);
  if (accept (parser, "i:"))
    return parse_int (parser);
  if (accept (parser, "f:"))
    return pyrog_value_float (parse_real (parser));
  if (accept (parser, "c:"))
    return parse_complex (parser);
  if (accept (parser, "s:\""))
    return parse_text (parser);
  if (accept (parser, "b:"))
    return parse_bytes (parser);
  if (accept (parser, "t:"))
    return (PyrogValue){ .kind = PYROG_KIND_DATETIME, .real = parse_real (parser) };
  if (accept (parser, "o:"))
    {
      PyrogValue value = parse_int (parser);
      value.kind = PYROG_KIND_DATE;
      return value;
    }
  return parse_container (parser);
}

PyrogValue
pyrog_value_from_canonical (PyrogArena *arena, const char *text)
{
  Parser parser = { .arena = arena, .p = text };
  PyrogValue value = parse_value (&parser);

  g_assert_cmpstr (parser.p, ==, "");
  return value;
}
