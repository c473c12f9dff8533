// SPDX-License-Identifier: LGPL-2.1-or-later
// What makes "foreach (Variant item in stream)" work
namespace Pyrog {
  public class ItemStream : GLib.Object {
    [CCode (cname = "g_object_ref")]
    public Pyrog.ItemStream iterator ();
  }
}
