/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the objects of a file mean for each other: whom a NetworkPolicy, a Service or a disruption
 * budget selects, which ServiceAccount a pod runs as. Fills `selected`, `selected_by`, `account`
 * and `automount` of the facts.
 *
 * A namespace that is not written is that of "default". Selectors are asked of each pod; when that
 * would be more than kubernetes_selections, the fields stay unset.
 *
 * Errors: ERR_NOMEM.
 */
#pragma once

#include "check/kubernetes_facts.h"

int kubernetes_select(struct kubernetes_facts *facts, struct arena *a, struct err *err);
