/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Copyright the pyrog authors */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* The place of one instance, which is made when it is first asked for: once, however many threads
 * ask. Reference-counted; may be used in any thread. */
typedef struct _PyrogInstanceSlot PyrogInstanceSlot;

/* Makes an instance: a full reference, or NULL with an error */
typedef GObject *(*PyrogMakeInstance) (gpointer data, GError **error);

PyrogInstanceSlot *pyrog_instance_slot_new (void);
PyrogInstanceSlot *pyrog_instance_slot_ref (PyrogInstanceSlot *slot);
void pyrog_instance_slot_unref (PyrogInstanceSlot *slot);
/* The instance, as a full reference. Waits while another thread makes it; if that fails this one
 * tries. NULL with an error if it can't be made, and then the slot stays empty. */
GObject *pyrog_instance_slot_get (PyrogInstanceSlot *slot,
                                  PyrogMakeInstance make,
                                  gpointer data,
                                  GError **error);
/* Nobody will ask for it again */
void pyrog_instance_slot_retire (PyrogInstanceSlot *slot);
gboolean pyrog_instance_slot_is_retired (PyrogInstanceSlot *slot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PyrogInstanceSlot, pyrog_instance_slot_unref)

G_END_DECLS
