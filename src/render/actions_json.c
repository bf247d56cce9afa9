/* SPDX-License-Identifier: Apache-2.0 */
#include "render/actions_json.h"

static void put_action(struct json_writer *w, const struct report *r, const struct action *a)
{
	json_open_map(w);
	json_put_text(w, "kind", "upgrade");
	json_put_str(w, "package", a->package);
	json_put_opt(w, "type", a->type);
	json_put_str(w, "from", a->from);
	json_put_str(w, "to", a->to);
	json_put_opt(w, "channel", a->channel);
	if (r->layers.n)
		json_put_uint(w, "layer", a->layer);
	json_put_uint(w, "packages", a->n_packages);
	json_put_uint(w, "vulnerabilities", a->n_findings);
	json_put_uint(w, "exploited", a->n_exploited);
	json_put_text(w, "worst", severity_name(a->worst));
	json_put_decimal(w, "risk", a->risk, 1);
	json_key(w, "findings");
	json_open_list(w);
	for (size_t i = 0; i < a->n; i++) {
		const struct finding *f = vec_at(&r->findings, a->findings[i]);

		json_add_str(w, f->id);
	}
	json_close_list(w);
	json_close_map(w);
}

void put_actions(struct json_writer *w, const struct report *r, const struct plan *plan)
{
	json_key(w, "actions");
	json_open_list(w);
	for (size_t i = 0; i < plan->n; i++)
		put_action(w, r, &plan->actions[i]);
	json_close_list(w);
}
