/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-certificate-policy.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "pyrog-certificate-private.h"
#include "pyrog-denied-list.h"
#include "pyrog-error-private.h"
#include "pyrog-peer-log.h"

/* What a peer's certificate says may take so many bytes of a message */
#define MAX_QUOTED 200u

/* What a certificate can be required to say */
typedef enum
{
  TRAIT_SUBJECT,
  TRAIT_COMMON_NAME,
  TRAIT_DNS_NAME,
  TRAIT_SERIAL_NUMBER,
  N_TRAITS,
} Trait;

/**
 * PyrogCertificatePolicy:
 *
 * Which certificates a peer may show: the check that programs would otherwise write by hand.
 *
 * A policy without any rule accepts what the verification found nothing wrong with. Rules make it
 * stricter, and only a pin also adds trust:
 *
 * - *Pins* ([method@CertificatePolicy.add_pin]) are SHA-256 fingerprints of certificates or keys.
 *   With pins the certificate must be one of these, and then it is trusted whoever signed it.
 * - *Requirements* are what the certificate must say on top of being trusted. Of several of one
 *   kind one must fit; of several kinds all must.
 * - *Denied certificates* are listed in a file. They are refused, pinned or not.
 *
 * Dates, host name and purpose are checked in any case; no rule lifts that. A serial number or name
 * alone is never a reason to trust: anybody can make a certificate that says the same.
 *
 * A policy may be used by many daemons and proxies and in any thread. Rules that are added while it
 * is in use count from the next check on.
 *
 * Since: 1.0
 */
struct _PyrogCertificatePolicy
{
  GObject parent_instance;

  GMutex lock;
  GHashTable *pins;               /* (owned) (locked-by lock) (element-type utf8) */
  GHashTable *required[N_TRAITS]; /* (owned) (locked-by lock) (element-type utf8) */
  PyrogDeniedList *denied;        /* (owned) (nullable) (locked-by lock) */
};

G_DEFINE_FINAL_TYPE (PyrogCertificatePolicy, pyrog_certificate_policy, G_TYPE_OBJECT)

/* What a certificate says, read outside the lock. The traits are lists of at most one text, but for
 * DNS names. */
typedef struct
{
  GTlsCertificate *certificate;
  char *fingerprint;         /* (owned) */
  char *key_fingerprint;     /* (owned) */
  GPtrArray *said[N_TRAITS]; /* (owned) (element-type utf8) */
} Facts;

static void
facts_clear (Facts *facts)
{
  g_free (facts->fingerprint);
  g_free (facts->key_fingerprint);
  for (guint i = 0; i < N_TRAITS; i++)
    g_ptr_array_unref (facts->said[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Facts, facts_clear)

static void
facts_add (Facts *facts, Trait trait, char *text)
{
  if (text != NULL)
    g_ptr_array_add (facts->said[trait], text);
}

static void
facts_init (Facts *facts, GTlsCertificate *certificate)
{
  g_auto (GStrv) names = pyrog_certificate_list_dns_names (certificate);

  for (guint i = 0; i < N_TRAITS; i++)
    facts->said[i] = g_ptr_array_new_with_free_func (g_free);
  facts->certificate = certificate;
  facts->fingerprint = pyrog_certificate_dup_fingerprint (certificate);
  facts->key_fingerprint = pyrog_certificate_dup_key_fingerprint (certificate);
  facts_add (facts, TRAIT_SUBJECT, pyrog_certificate_dup_subject (certificate));
  facts_add (facts, TRAIT_COMMON_NAME, pyrog_certificate_dup_common_name (certificate));
  facts_add (facts, TRAIT_SERIAL_NUMBER, pyrog_certificate_dup_serial_number (certificate));
  for (guint i = 0; names[i] != NULL; i++)
    facts_add (facts, TRAIT_DNS_NAME, g_ascii_strdown (names[i], -1));
}

/* For messages; what a peer wrote is escaped */
static char *
describe (const Facts *facts)
{
  if (facts->said[TRAIT_SUBJECT]->len == 0)
    return g_strdup (facts->fingerprint);
  const char *subject = facts->said[TRAIT_SUBJECT]->pdata[0];
  return pyrog_error_escape (subject, strlen (subject), MAX_QUOTED);
}

static gboolean
refuse (const Facts *facts, const char *reason, GError **error)
{
  g_autofree char *subject = describe (facts);

  g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY,
               _ ("The certificate of ‘%s’ is refused: %s"), subject, reason);
  return FALSE;
}

static gboolean
check_denied_locked (PyrogCertificatePolicy *self, const Facts *facts, GError **error)
{
  if (self->denied == NULL)
    return TRUE;
  if (!pyrog_denied_list_refresh (self->denied, error))
    return FALSE;
  GPtrArray *serials = facts->said[TRAIT_SERIAL_NUMBER];
  if (!pyrog_denied_list_contains (self->denied, facts->fingerprint)
      && !pyrog_denied_list_contains (self->denied, facts->key_fingerprint)
      && !(serials->len > 0 && pyrog_denied_list_contains (self->denied, serials->pdata[0])))
    return TRUE;
  return refuse (facts, _ ("it is in the list of denied certificates"), error);
}

/* With a pinned certificate nobody needs to have signed it. That may be all that the verification
 * said, so the dates are looked at here. */
static gboolean
check_pins_locked (PyrogCertificatePolicy *self,
                   const Facts *facts,
                   GTlsCertificateFlags *errors,
                   GError **error)
{
  if (g_hash_table_size (self->pins) == 0)
    return TRUE;
  if (!g_hash_table_contains (self->pins, facts->fingerprint)
      && !g_hash_table_contains (self->pins, facts->key_fingerprint))
    {
      g_autofree char *reason
          = g_strdup_printf (_ ("neither its fingerprint %s nor its key's %s is pinned"),
                             facts->fingerprint, facts->key_fingerprint);
      return refuse (facts, reason, error);
    }
  *errors &= ~(guint) G_TLS_CERTIFICATE_UNKNOWN_CA;
  return TRUE;
}

static GTlsCertificateFlags
check_dates (const Facts *facts)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) begin = NULL;
  g_autoptr (GDateTime) end = NULL;

  if (!pyrog_certificate_get_validity (facts->certificate, &begin, &end))
    return G_TLS_CERTIFICATE_GENERIC_ERROR;
  if (g_date_time_compare (now, begin) < 0)
    return G_TLS_CERTIFICATE_NOT_ACTIVATED;
  return g_date_time_compare (now, end) > 0 ? G_TLS_CERTIFICATE_EXPIRED : 0;
}

static gboolean
check_errors (const Facts *facts, GTlsCertificateFlags errors, GError **error)
{
  errors |= check_dates (facts);
  if (errors == 0)
    return TRUE;
  g_autofree char *reason = pyrog_certificate_describe_errors (errors);
  return refuse (facts, reason, error);
}

static gboolean
says_one_of (GPtrArray *said, GHashTable *required)
{
  for (guint i = 0; i < said->len; i++)
    if (g_hash_table_contains (required, said->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
check_required_locked (PyrogCertificatePolicy *self, const Facts *facts, GError **error)
{
  static const char *const reasons[N_TRAITS] = {
    [TRAIT_SUBJECT] = N_ ("its subject is none of the required ones"),
    [TRAIT_COMMON_NAME] = N_ ("its common name is none of the required ones"),
    [TRAIT_DNS_NAME] = N_ ("it has none of the required DNS names"),
    [TRAIT_SERIAL_NUMBER] = N_ ("its serial number is none of the required ones"),
  };

  for (guint i = 0; i < N_TRAITS; i++)
    if (g_hash_table_size (self->required[i]) > 0
        && !says_one_of (facts->said[i], self->required[i]))
      return refuse (facts, _ (reasons[i]), error);
  return TRUE;
}

static gboolean
check_facts (PyrogCertificatePolicy *self,
             const Facts *facts,
             GTlsCertificateFlags errors,
             GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return check_denied_locked (self, facts, error) && check_pins_locked (self, facts, &errors, error)
         && check_errors (facts, errors, error) && check_required_locked (self, facts, error);
}

/* Takes the text */
static void
add_rule (PyrogCertificatePolicy *self, GHashTable *rules, char *text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  g_hash_table_add (rules, text);
}

static void
pyrog_certificate_policy_finalize (GObject *object)
{
  PyrogCertificatePolicy *self = PYROG_CERTIFICATE_POLICY (object);

  g_mutex_clear (&self->lock);
  g_hash_table_unref (self->pins);
  for (guint i = 0; i < N_TRAITS; i++)
    g_hash_table_unref (self->required[i]);
  g_clear_pointer (&self->denied, pyrog_denied_list_free);
  G_OBJECT_CLASS (pyrog_certificate_policy_parent_class)->finalize (object);
}

static void
pyrog_certificate_policy_class_init (PyrogCertificatePolicyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = pyrog_certificate_policy_finalize;
}

static void
pyrog_certificate_policy_init (PyrogCertificatePolicy *self)
{
  g_mutex_init (&self->lock);
  self->pins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < N_TRAITS; i++)
    self->required[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/**
 * pyrog_certificate_policy_new:
 *
 * Makes a policy without rules.
 *
 * Returns: (transfer full): the policy
 *
 * Since: 1.0
 */
PyrogCertificatePolicy *
pyrog_certificate_policy_new (void)
{
  return g_object_new (PYROG_TYPE_CERTIFICATE_POLICY, NULL);
}

/**
 * pyrog_certificate_policy_add_pin:
 * @self: a policy
 * @fingerprint: 64 hexadecimal digits in any case, with or without colons, as `pyrog cert show` and
 *   `openssl x509 -fingerprint -sha256` print them
 *
 * Adds a certificate, or with the fingerprint of a key all certificates for that key, to those
 * which are trusted; all others are refused from then on.
 *
 * Returns: %FALSE with %PYROG_ERROR_INVALID_CONFIG if the text is no SHA-256 fingerprint
 *
 * Since: 1.0
 */
gboolean
pyrog_certificate_policy_add_pin (PyrogCertificatePolicy *self,
                                  const char *fingerprint,
                                  GError **error)
{
  g_return_val_if_fail (PYROG_IS_CERTIFICATE_POLICY (self), FALSE);
  g_return_val_if_fail (fingerprint != NULL, FALSE);

  char *pin = pyrog_certificate_parse_fingerprint (fingerprint);
  if (pin == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                   _ ("‘%s’ is no SHA-256 fingerprint: these have 64 hexadecimal digits"),
                   fingerprint);
      return FALSE;
    }
  add_rule (self, self->pins, pin);
  return TRUE;
}

/**
 * pyrog_certificate_policy_require_subject:
 * @self: a policy
 * @subject: a name as [func@certificate_dup_subject] tells it
 *
 * Adds a subject to those which are admitted.
 *
 * Since: 1.0
 */
void
pyrog_certificate_policy_require_subject (PyrogCertificatePolicy *self, const char *subject)
{
  g_return_if_fail (PYROG_IS_CERTIFICATE_POLICY (self));
  g_return_if_fail (subject != NULL);

  add_rule (self, self->required[TRAIT_SUBJECT], g_strdup (subject));
}

/**
 * pyrog_certificate_policy_require_common_name:
 * @self: a policy
 * @name: a name as [func@certificate_dup_common_name] tells it
 *
 * Adds a common name to those which are admitted.
 *
 * Since: 1.0
 */
void
pyrog_certificate_policy_require_common_name (PyrogCertificatePolicy *self, const char *name)
{
  g_return_if_fail (PYROG_IS_CERTIFICATE_POLICY (self));
  g_return_if_fail (name != NULL);

  add_rule (self, self->required[TRAIT_COMMON_NAME], g_strdup (name));
}

/**
 * pyrog_certificate_policy_require_dns_name:
 * @self: a policy
 * @name: a name as [func@certificate_list_dns_names] tells it, in any case
 *
 * Adds a DNS name to those of which a certificate must have one. A wildcard in a certificate stands
 * for itself only.
 *
 * Since: 1.0
 */
void
pyrog_certificate_policy_require_dns_name (PyrogCertificatePolicy *self, const char *name)
{
  g_return_if_fail (PYROG_IS_CERTIFICATE_POLICY (self));
  g_return_if_fail (name != NULL);

  add_rule (self, self->required[TRAIT_DNS_NAME], g_ascii_strdown (name, -1));
}

/**
 * pyrog_certificate_policy_require_serial_number:
 * @self: a policy
 * @serial_number: a number as [func@certificate_dup_serial_number] tells it, in any case, with or
 *   without colons and leading zeros
 *
 * Adds a serial number to those which are admitted. It says something only if one CA is trusted:
 * two may give the same number.
 *
 * Returns: %FALSE with %PYROG_ERROR_INVALID_CONFIG if the text is no serial number
 *
 * Since: 1.0
 */
gboolean
pyrog_certificate_policy_require_serial_number (PyrogCertificatePolicy *self,
                                                const char *serial_number,
                                                GError **error)
{
  g_return_val_if_fail (PYROG_IS_CERTIFICATE_POLICY (self), FALSE);
  g_return_val_if_fail (serial_number != NULL, FALSE);

  char *number = pyrog_certificate_parse_serial_number (serial_number);
  if (number == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_INVALID_CONFIG,
                   _ ("‘%s’ is no serial number: these have at most 40 hexadecimal digits"),
                   serial_number);
      return FALSE;
    }
  add_rule (self, self->required[TRAIT_SERIAL_NUMBER], number);
  return TRUE;
}

/**
 * pyrog_certificate_policy_set_denied_file:
 * @self: a policy
 * @path: (type filename) (nullable): a text file, or %NULL for none
 *
 * Names a file of certificates to refuse. Each line has a fingerprint of a certificate or key, or a
 * serial number; what follows a `#` is a comment.
 *
 * The file is read now and, before a check, whenever it has changed. If that fails, all
 * certificates are refused until it is readable again; replace it by renaming a complete one.
 *
 * Returns: %FALSE with %PYROG_ERROR_INVALID_CONFIG, and nothing has changed, if the file can't be
 *   read or has a line that is neither
 *
 * Since: 1.0
 */
gboolean
pyrog_certificate_policy_set_denied_file (PyrogCertificatePolicy *self,
                                          const char *path,
                                          GError **error)
{
  g_return_val_if_fail (PYROG_IS_CERTIFICATE_POLICY (self), FALSE);

  PyrogDeniedList *list = NULL;
  if (path != NULL && (list = pyrog_denied_list_new (path, error)) == NULL)
    return FALSE;
  g_mutex_lock (&self->lock);
  PyrogDeniedList *previous = g_steal_pointer (&self->denied);
  self->denied = list;
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&previous, pyrog_denied_list_free);
  return TRUE;
}

/**
 * pyrog_certificate_policy_check:
 * @self: a policy
 * @certificate: the certificate of a peer that has proven to own its key
 * @errors: what a verification of chain, dates, purpose and host name found wrong with it
 *
 * Decides about a peer.
 *
 * The message of the error is for the log of this side: it says what was missing, which is none of
 * the peer's business.
 *
 * Returns: whether the peer may go on; %FALSE with %PYROG_ERROR_SECURITY if not, or
 *   %PYROG_ERROR_INVALID_CONFIG if the file of denied certificates can't be read
 *
 * Since: 1.0
 */
gboolean
pyrog_certificate_policy_check (PyrogCertificatePolicy *self,
                                GTlsCertificate *certificate,
                                GTlsCertificateFlags errors,
                                GError **error)
{
  g_return_val_if_fail (PYROG_IS_CERTIFICATE_POLICY (self), FALSE);
  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), FALSE);

  g_auto (Facts) facts = { 0 };
  facts_init (&facts, certificate);
  if (facts.fingerprint == NULL || facts.key_fingerprint == NULL)
    {
      g_set_error (error, PYROG_ERROR, PYROG_ERROR_SECURITY, _ ("The certificate can't be read"));
      return FALSE;
    }
  if (!check_facts (self, &facts, errors, error))
    return FALSE;
  if (errors & G_TLS_CERTIFICATE_UNKNOWN_CA)
    pyrog_peer_log (PYROG_PEER_LOG_CERTIFICATE, G_LOG_LEVEL_INFO,
                    "The certificate %s is trusted because it is pinned", facts.fingerprint);
  return TRUE;
}
