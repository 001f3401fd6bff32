/* SPDX-License-Identifier: GPL-3.0-or-later */
#define G_LOG_DOMAIN "pentimento"

#include "pent-queue-popover.h"

#include "pent-queue-row.h"

/**
 * PentQueuePopover:
 *
 * What is painted and what waits for it, in the order in which it will be
 * painted. What its buttons do are actions of the window.
 */
struct _PentQueuePopover
{
  GtkPopover parent_instance;

  GtkStack   *stack;
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (PentQueuePopover, pent_queue_popover, GTK_TYPE_POPOVER)

static GtkWidget *
create_row (gpointer job, gpointer data)
{
  return GTK_WIDGET (pent_queue_row_new (PENT_JOB (job)));
}

static void
items_changed_cb (GListModel *queue, guint position, guint removed, guint added, PentQueuePopover *self)
{
  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (queue) > 0 ? "jobs" : "nothing");
}

static void
pent_queue_popover_class_init (PentQueuePopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/pentimento/Pentimento/queue-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, PentQueuePopover, stack);
  gtk_widget_class_bind_template_child (widget_class, PentQueuePopover, list);
}

static void
pent_queue_popover_init (PentQueuePopover *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * pent_queue_popover_set_queue:
 * @queue: (nullable): what is shown
 */
void
pent_queue_popover_set_queue (PentQueuePopover *self, PentQueue *queue)
{
  g_return_if_fail (PENT_IS_QUEUE_POPOVER (self));
  gtk_list_box_bind_model (self->list, (GListModel *) queue, create_row, NULL, NULL);
  if (queue == NULL)
    return;
  g_signal_connect_object (queue, "items-changed", G_CALLBACK (items_changed_cb), self, 0);
  items_changed_cb (G_LIST_MODEL (queue), 0, 0, 0, self);
}
