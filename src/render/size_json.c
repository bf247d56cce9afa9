/* SPDX-License-Identifier: Apache-2.0 */
#include "render/size_json.h"

#define RATIO_PLACES 16 /* as many as dive prints */

static void put_list(struct json_writer *w, const char *key, struct str_list list)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < list.n; i++)
		json_add_str(w, list.p[i]);
	json_close_list(w);
}

static void put_paths(struct json_writer *w, const char *key, const char *count,
		      const struct report_path_bytes *paths, size_t n)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < n; i++) {
		json_open_map(w);
		json_put_str(w, "path", paths[i].path);
		json_put_uint(w, "bytes", paths[i].bytes);
		json_put_uint(w, count, paths[i].count);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_efficiency(struct json_writer *w, const struct report *r)
{
	const struct report_efficiency *e = &r->efficiency;

	json_key(w, "size");
	json_open_map(w);
	json_put_uint(w, "bytes", r->file_bytes);
	json_put_str(w, "class", size_class_name(r->file_bytes));
	json_put_uint(w, "layer_bytes", e->layer_bytes);
	json_put_uint(w, "hidden_bytes", e->hidden_bytes);
	json_key(w, "dive");
	json_open_map(w);
	json_put_decimal(w, "efficiency", e->efficiency, RATIO_PLACES);
	json_put_uint(w, "wasted_bytes", e->wasted_bytes);
	json_put_uint(w, "user_bytes", e->user_bytes);
	if (e->user_wasted >= 0)
		json_put_decimal(w, "user_wasted", e->user_wasted, RATIO_PLACES);
	json_put_uint(w, "paths", e->n_paths);
	put_paths(w, "largest", "layers", e->paths, e->n_listed);
	json_close_map(w);
	json_close_map(w);
}

static void put_wastes(struct json_writer *w, const struct report *r)
{
	json_key(w, "waste");
	json_open_list(w);
	for (size_t i = 0; i < r->wastes.n; i++) {
		const struct report_waste *x = vec_at(&r->wastes, i);

		json_open_map(w);
		json_put_str(w, "what", x->what);
		json_put_uint(w, "bytes", x->bytes);
		json_put_uint(w, "files", x->n_files);
		json_put_uint(w, "layer", x->layer);
		if (x->hidden_by != x->layer)
			json_put_uint(w, "hidden_by", x->hidden_by);
		json_put_uint(w, "places", x->n_places);
		put_paths(w, "largest", "files", x->places, x->n_listed);
		if (x->packages.n)
			put_list(w, "packages", x->packages);
		json_close_map(w);
	}
	json_close_list(w);
}

void put_surface(struct json_writer *w, const char *key, const struct report *r)
{
	const struct report_surface *s = &r->surface;

	json_key(w, key);
	json_open_map(w);
	json_put_uint(w, "bytes", r->file_bytes);
	json_put_str(w, "size_class", size_class_name(r->file_bytes));
	json_put_uint(w, "packages", r->packages.n);
	json_put_uint(w, "executables", s->n_executables);
	json_put_uint(w, "setuid", s->n_setuid);
	json_put_uint(w, "setgid", s->n_setgid);
	json_put_uint(w, "capabilities", s->n_capabilities);
	json_put_uint(w, "world_writable", s->n_world_writable);
	put_list(w, "shells", s->shells);
	put_list(w, "package_managers", s->package_managers);
	put_list(w, "compilers", s->compilers);
	put_list(w, "interpreters", s->interpreters);
	put_list(w, "network_tools", s->network_tools);
	put_list(w, "ports", r->image.exposed_ports);
	put_list(w, "logins", s->logins);
	json_close_map(w);
}

static void put_budgets(struct json_writer *w, const struct report *r)
{
	json_key(w, "budgets");
	json_open_list(w);
	for (size_t i = 0; i < r->budgets.n; i++) {
		const struct report_budget *b = vec_at(&r->budgets, i);

		json_open_map(w);
		json_put_str(w, "name", b->name);
		json_put_text(w, "state", budget_state_name(b->state));
		json_put_str(w, "limit", b->limit);
		json_put_str(w, "actual", b->actual);
		json_put_opt(w, "source", b->source);
		json_close_map(w);
	}
	json_close_list(w);
}

void put_size(struct json_writer *w, const struct report *r)
{
	if (r->efficiency.is_known)
		put_efficiency(w, r);
	if (r->efficiency.is_known || r->surface.is_known)
		put_wastes(w, r); /* also of an image that was read in part */
	if (r->surface.is_known)
		put_surface(w, "surface", r);
	if (r->budgets.n)
		put_budgets(w, r);
}
