/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the objects of a set mean for each other: whom a NetworkPolicy, a Service or a disruption
 * budget selects, which ServiceAccount a pod runs as, what a Namespace holds, what is scaled.
 * Fills the fields of the facts that are about others.
 *
 * A namespace that is not written is that of whoever applies the object, which nobody knows here:
 * it is taken for any. So more may seem to belong together than does, never less. Policies of
 * Cilium, Calico and administrators, whose selectors are others, count as about every pod of their
 * namespace.
 *
 * Pods find their selectors by a label that both have; when still more than kubernetes_selections
 * have to be compared, `selected` and `selected_by` stay unset, and `unselected` says so.
 *
 * Errors: ERR_NOMEM.
 */
#pragma once

#include "check/kubernetes_facts.h"

int kubernetes_select(struct kubernetes_facts *facts, struct arena *a, struct err *err);
