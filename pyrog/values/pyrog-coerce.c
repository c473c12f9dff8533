/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#include "config.h"

#include "pyrog-coerce.h"

#include "pyrog-value-variant.h"

/**
 * pyrog_value_coerce:
 * @value: any value; a floating one is consumed
 * @type: the wanted type
 * @error: return location for an error
 *
 * Converts a value to another type, if nothing is lost: `av` of `x` to `ax`, `(vv)` to `(xs)`, an
 * `x` to a `y` that it fits, and so on. Lists and tuples are both good for arrays and tuples,
 * integers for `d`, booleans for integers, Python's None for `m` of anything.
 *
 * Returns: (transfer full): the converted value, or %NULL with %PYROG_ERROR_TYPE_ERROR or
 *   %PYROG_ERROR_OVERFLOW_ERROR, whose message says which element does not fit
 *
 * Since: 1.0
 */
GVariant *
pyrog_value_coerce (GVariant *value, const GVariantType *type, GError **error)
{
  g_autoptr (PyrogArena) arena = NULL;
  PyrogValue tree;

  g_return_val_if_fail (value != NULL, NULL);
  g_return_val_if_fail (type != NULL && g_variant_type_is_definite (type), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  g_autoptr (GVariant) sunk = g_variant_ref_sink (value);
  if (g_variant_is_of_type (sunk, type))
    return g_steal_pointer (&sunk);
  arena = pyrog_arena_new ();
  if (!pyrog_value_from_variant (arena, sunk, &tree, error))
    return NULL;
  return pyrog_value_to_variant_typed (&tree, type, "value", error);
}
