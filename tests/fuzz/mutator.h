/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A mutation of an input: bits flipped, bytes set, numbers changed, parts lost, doubled, inserted
 * or taken from another input. The same number makes the same one of the same inputs. inputs:
 * (element-type GBytes) not empty. Takes nothing; the result is owned by the caller. */
GByteArray *fuzz_mutate (GPtrArray *inputs, guint32 number);

G_END_DECLS
