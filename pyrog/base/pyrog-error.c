/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-error.h"

#include <gio/gio.h>
#include <string.h>

#include "pyrog-error-private.h"

/* What every error of the domain carries besides domain, code and message */
typedef struct
{
  PyrogOutcome *outcome; /* (owned) (nullable) */
} PyrogErrorPrivate;

/* G_DEFINE_EXTENDED_ERROR would name the domain after the C type; this is what it does otherwise.
 * GLib puts the private part in front of the error, aligned like an allocation. */
static PyrogErrorPrivate *
get_private (const GError *error)
{
  const gsize alignment = 2 * sizeof (gsize);
  const gsize size = (sizeof (PyrogErrorPrivate) + alignment - 1) & ~(alignment - 1);

  g_assert (error->domain == PYROG_ERROR);
  return G_STRUCT_MEMBER_P (error, -(glong) size);
}

static void
init_private (GError *error)
{
}

static void
copy_private (const GError *source, GError *target)
{
  PyrogOutcome *outcome = get_private (source)->outcome;

  get_private (target)->outcome = outcome != NULL ? pyrog_outcome_ref (outcome) : NULL;
}

static void
clear_private (GError *error)
{
  g_clear_pointer (&get_private (error)->outcome, pyrog_outcome_unref);
}

GQuark
pyrog_error_quark (void)
{
  static gsize quark;

  if (g_once_init_enter (&quark))
    g_once_init_leave (
        &quark, g_error_domain_register_static ("pyrog-error-quark", sizeof (PyrogErrorPrivate),
                                                init_private, copy_private, clear_private));
  return (GQuark) quark;
}

/* Language bindings know the domain by its name alone. An error that is made before the domain is
 * registered lacks its private part, and freeing it afterwards would be a crash. */
__attribute__ ((constructor)) static void
register_domain (void)
{
  pyrog_error_quark ();
}

/* The remote class of each code */
static const char *const classes[] = {
  [PYROG_ERROR_FAILED] = "Pyro5.errors.PyroError",
  [PYROG_ERROR_COMMUNICATION] = "Pyro5.errors.CommunicationError",
  [PYROG_ERROR_CONNECTION_CLOSED] = "Pyro5.errors.ConnectionClosedError",
  [PYROG_ERROR_TIMEOUT] = "Pyro5.errors.TimeoutError",
  [PYROG_ERROR_PROTOCOL] = "Pyro5.errors.ProtocolError",
  [PYROG_ERROR_MESSAGE_TOO_LARGE] = "Pyro5.errors.MessageTooLargeError",
  [PYROG_ERROR_SERIALIZE] = "Pyro5.errors.SerializeError",
  [PYROG_ERROR_NAMING] = "Pyro5.errors.NamingError",
  [PYROG_ERROR_DAEMON] = "Pyro5.errors.DaemonError",
  [PYROG_ERROR_SECURITY] = "Pyro5.errors.SecurityError",
  [PYROG_ERROR_INVALID_URI] = "Pyro5.errors.PyroError",
  [PYROG_ERROR_INVALID_CONFIG] = "builtins.ValueError",
  [PYROG_ERROR_REMOTE] = "Pyro5.errors.PyroError",
  [PYROG_ERROR_VALUE_ERROR] = "builtins.ValueError",
  [PYROG_ERROR_TYPE_ERROR] = "builtins.TypeError",
  [PYROG_ERROR_ATTRIBUTE_ERROR] = "builtins.AttributeError",
  [PYROG_ERROR_KEY_ERROR] = "builtins.KeyError",
  [PYROG_ERROR_INDEX_ERROR] = "builtins.IndexError",
  [PYROG_ERROR_LOOKUP_ERROR] = "builtins.LookupError",
  [PYROG_ERROR_ARITHMETIC_ERROR] = "builtins.ArithmeticError",
  [PYROG_ERROR_ZERO_DIVISION_ERROR] = "builtins.ZeroDivisionError",
  [PYROG_ERROR_OVERFLOW_ERROR] = "builtins.OverflowError",
  [PYROG_ERROR_RUNTIME_ERROR] = "builtins.RuntimeError",
  [PYROG_ERROR_NOT_IMPLEMENTED_ERROR] = "builtins.NotImplementedError",
  [PYROG_ERROR_OS_ERROR] = "builtins.OSError",
  [PYROG_ERROR_PERMISSION_ERROR] = "builtins.PermissionError",
  [PYROG_ERROR_FILE_NOT_FOUND_ERROR] = "builtins.FileNotFoundError",
  [PYROG_ERROR_TIMEOUT_ERROR] = "builtins.TimeoutError",
  [PYROG_ERROR_EOF_ERROR] = "builtins.EOFError",
  [PYROG_ERROR_ASSERTION_ERROR] = "builtins.AssertionError",
  [PYROG_ERROR_UNICODE_ERROR] = "builtins.UnicodeError",
  [PYROG_ERROR_STOP_ITERATION] = "builtins.StopIteration",
  [PYROG_ERROR_BUFFER_ERROR] = "builtins.BufferError",
  [PYROG_ERROR_CONNECTION_ERROR] = "builtins.ConnectionError",
  [PYROG_ERROR_EXCEPTION] = "builtins.Exception",
};

/* Codes whose class reads back as another code */
static gboolean
is_primary (guint code)
{
  return code != PYROG_ERROR_INVALID_URI && code != PYROG_ERROR_INVALID_CONFIG
         && code != PYROG_ERROR_REMOTE;
}

/* What handlers report with GIO's errors; not used in the other direction */
static const struct
{
  GIOErrorEnum code;
  PyrogError same_as;
} gio_codes[] = {
  { G_IO_ERROR_NOT_FOUND, PYROG_ERROR_FILE_NOT_FOUND_ERROR },
  { G_IO_ERROR_PERMISSION_DENIED, PYROG_ERROR_PERMISSION_ERROR },
  { G_IO_ERROR_TIMED_OUT, PYROG_ERROR_TIMEOUT_ERROR },
  { G_IO_ERROR_NOT_SUPPORTED, PYROG_ERROR_NOT_IMPLEMENTED_ERROR },
  { G_IO_ERROR_INVALID_ARGUMENT, PYROG_ERROR_VALUE_ERROR },
};

/* ---- Registered codes ---- */

typedef struct
{
  GQuark domain;
  int code;
  const char *remote_class; /* interned */
} Registration;

static GMutex registrations_lock;
static GArray *registrations; /* (locked-by registrations_lock) (nullable) */

static guint
find_code_locked (GQuark domain, int code)
{
  guint i = 0;

  if (registrations == NULL)
    registrations = g_array_new (FALSE, FALSE, sizeof (Registration));
  for (; i < registrations->len; i++)
    {
      const Registration *entry = &g_array_index (registrations, Registration, i);
      if (entry->domain == domain && entry->code == code)
        break;
    }
  return i;
}

/* Pyro5 writes builtins.ValueError; the short name, ValueError, is understood too */
static gboolean
same_class (const char *full, const char *remote_class)
{
  return strcmp (full, remote_class) == 0
         || (g_str_has_prefix (full, "builtins.")
             && strcmp (full + strlen ("builtins."), remote_class) == 0);
}

static const Registration *
find_class_locked (const char *remote_class)
{
  for (guint i = 0; registrations != NULL && i < registrations->len; i++)
    {
      const Registration *entry = &g_array_index (registrations, Registration, i);
      if (same_class (entry->remote_class, remote_class))
        return entry;
    }
  return NULL;
}

/**
 * pyrog_error_register:
 * @domain: an error domain
 * @code: a code of it
 * @remote_class: the class of a remote exception, for example `myapp.errors.OutOfStock`
 *
 * Maps errors to remote exceptions and back: a handler that fails with @domain and @code answers
 * with an exception of @remote_class, and a call answered with an exception of @remote_class fails
 * with @domain and @code. May be called in any thread.
 *
 * Returns: %FALSE if the code or the class was registered before; nothing has changed then
 *
 * Since: 1.0
 */
gboolean
pyrog_error_register (GQuark domain, int code, const char *remote_class)
{
  g_return_val_if_fail (domain != 0, FALSE);
  g_return_val_if_fail (remote_class != NULL && *remote_class != '\0', FALSE);

  g_mutex_lock (&registrations_lock);
  guint place = find_code_locked (domain, code);
  gboolean is_new = place == registrations->len && find_class_locked (remote_class) == NULL;
  if (is_new)
    {
      Registration entry = { domain, code, g_intern_string (remote_class) };
      g_array_append_val (registrations, entry);
    }
  g_mutex_unlock (&registrations_lock);
  return is_new;
}

/**
 * pyrog_error_unregister:
 * @domain: an error domain
 * @code: a code of it
 *
 * Ends what [func@error_register] began.
 *
 * Returns: whether the code was registered
 *
 * Since: 1.0
 */
gboolean
pyrog_error_unregister (GQuark domain, int code)
{
  g_mutex_lock (&registrations_lock);
  guint place = find_code_locked (domain, code);
  gboolean found = place < registrations->len;
  if (found)
    g_array_remove_index_fast (registrations, place);
  g_mutex_unlock (&registrations_lock);
  return found;
}

static const char *
registered_class (GQuark domain, int code)
{
  const char *remote_class = NULL;

  g_mutex_lock (&registrations_lock);
  guint place = find_code_locked (domain, code);
  if (place < registrations->len)
    remote_class = g_array_index (registrations, Registration, place).remote_class;
  g_mutex_unlock (&registrations_lock);
  return remote_class;
}

/**
 * pyrog_error_to_class:
 * @domain: an error domain
 * @code: a code of it
 *
 * The class of the remote exception that a handler's error becomes: the registered one, the own one
 * of a code of %PYROG_ERROR or of a few codes of %G_IO_ERROR, and otherwise Pyro5's `PyroError`.
 *
 * Returns: (transfer none): the class; it is never freed
 *
 * Since: 1.0
 */
const char *
pyrog_error_to_class (GQuark domain, int code)
{
  const char *remote_class = registered_class (domain, code);

  if (remote_class != NULL)
    return remote_class;
  if (domain == PYROG_ERROR && code >= 0 && code < (int) G_N_ELEMENTS (classes))
    return classes[code];
  for (guint i = 0; domain == G_IO_ERROR && i < G_N_ELEMENTS (gio_codes); i++)
    {
      if ((int) gio_codes[i].code == code)
        return classes[gio_codes[i].same_as];
    }
  return classes[PYROG_ERROR_FAILED];
}

static gboolean
find_builtin_class (const char *remote_class, GQuark *domain, int *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      if (is_primary (i) && same_class (classes[i], remote_class))
        {
          *domain = PYROG_ERROR;
          *code = (int) i;
          return TRUE;
        }
    }
  return FALSE;
}

gboolean
pyrog_error_from_class (const char *remote_class, GQuark *domain, int *code)
{
  g_mutex_lock (&registrations_lock);
  const Registration *entry = find_class_locked (remote_class);
  gboolean is_registered = entry != NULL;
  if (is_registered)
    {
      *domain = entry->domain;
      *code = entry->code;
    }
  g_mutex_unlock (&registrations_lock);
  if (is_registered || find_builtin_class (remote_class, domain, code))
    return TRUE;
  *domain = PYROG_ERROR;
  *code = PYROG_ERROR_REMOTE;
  return FALSE;
}

/* ---- Questions to an error ---- */

/**
 * pyrog_error_is_communication:
 * @error: an error
 *
 * Whether the network or the peer failed, rather than the call: the branch of Pyro5's
 * `CommunicationError`.
 *
 * Returns: whether it is one
 *
 * Since: 1.0
 */
gboolean
pyrog_error_is_communication (const GError *error)
{
  g_return_val_if_fail (error != NULL, FALSE);

  return error->domain == PYROG_ERROR && error->code >= PYROG_ERROR_COMMUNICATION
         && error->code <= PYROG_ERROR_SERIALIZE;
}

/**
 * pyrog_error_get_outcome:
 * @error: an error
 *
 * What is known beyond the error's message. Errors of other domains than %PYROG_ERROR can't carry
 * it.
 *
 * Returns: (transfer none) (nullable): the outcome of the call that failed
 *
 * Since: 1.0
 */
PyrogOutcome *
pyrog_error_get_outcome (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  return error->domain == PYROG_ERROR ? get_private (error)->outcome : NULL;
}

/**
 * pyrog_error_get_execution:
 * @error: the error of a call
 *
 * Whether the call's request was certainly not sent or may have been executed.
 *
 * Returns: how far the call got; %PYROG_EXECUTION_MAYBE where the error does not say
 *
 * Since: 1.0
 */
PyrogExecution
pyrog_error_get_execution (const GError *error)
{
  PyrogOutcome *outcome = pyrog_error_get_outcome (error);

  return outcome != NULL ? pyrog_outcome_get_execution (outcome) : PYROG_EXECUTION_MAYBE;
}

void
pyrog_error_set_outcome (GError *error, PyrogOutcome *outcome)
{
  if (error->domain != PYROG_ERROR)
    return;
  PyrogErrorPrivate *priv = get_private (error);
  g_autoptr (PyrogOutcome) old = priv->outcome;
  priv->outcome = pyrog_outcome_ref (outcome);
}

/* ---- Text from peers ---- */

static gboolean
is_harmless (gunichar c)
{
  return g_unichar_isprint (c) && g_unichar_type (c) != G_UNICODE_FORMAT
         && g_unichar_type (c) != G_UNICODE_LINE_SEPARATOR
         && g_unichar_type (c) != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* The escaped form of the character at *text, which moves behind it */
static void
escape_next (const char **text, const char *end, char *piece, gsize size)
{
  gunichar c = g_utf8_get_char_validated (*text, end - *text);

  if (c == (gunichar) -1 || c == (gunichar) -2 || c == 0)
    {
      g_snprintf (piece, (gulong) size, "\\x%02x", (guint8) * *text);
      *text += 1;
      return;
    }
  if (is_harmless (c))
    piece[g_unichar_to_utf8 (c, piece)] = '\0';
  else
    g_snprintf (piece, (gulong) size, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
  *text = g_utf8_next_char (*text);
}

char *
pyrog_error_escape (const char *text, gsize size, gsize max)
{
  GString *out = g_string_new (NULL);
  const char *end = text + size;
  char piece[16];

  while (text < end)
    {
      escape_next (&text, end, piece, sizeof piece);
      if (out->len + strlen (piece) > max)
        {
          g_string_append (out, "…");
          break;
        }
      g_string_append (out, piece);
    }
  return g_string_free (out, FALSE);
}
