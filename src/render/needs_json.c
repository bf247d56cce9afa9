/* SPDX-License-Identifier: Apache-2.0 */
#include "render/needs_json.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "render/bases.h"
#include "render/needs_table.h"

static void put_part(struct json_writer *w, const struct needs_part *p)
{
	json_open_map(w);
	json_put_str(w, p->purl.n ? "name" : "folder", p->name);
	json_put_opt(w, "version", p->version);
	json_put_opt(w, "purl", p->purl);
	json_put_bool(w, "needed", p->is_needed);
	if (p->is_needed)
		json_put_bool(w, "assumed", p->is_assumed);
	if (p->is_essential)
		json_put_bool(w, "essential", true);
	json_put_uint(w, "files", p->n_files);
	json_put_uint(w, "bytes", p->bytes);
	json_put_uint(w, "needed_files", p->n_needed_files);
	json_put_uint(w, "needed_bytes", p->needed_bytes);
	json_put_uint(w, "findings", p->n_findings);
	json_put_uint(w, "grave_findings", p->n_grave);
	json_close_map(w);
}

static void put_parts(struct json_writer *w, const char *key, const struct vec *parts)
{
	json_key(w, key);
	json_open_list(w);
	for (size_t i = 0; i < parts->n; i++)
		put_part(w, vec_at(parts, i));
	json_close_list(w);
}

static void put_files(struct json_writer *w, const struct vec *files)
{
	json_key(w, "files");
	json_open_list(w);
	for (size_t i = 0; i < files->n; i++) {
		const struct needs_file *f = vec_at(files, i);

		json_open_map(w);
		json_put_str(w, "path", f->path);
		json_put_opt(w, "package", f->package);
		json_put_opt(w, "by", f->by);
		json_put_str(w, "why", f->why);
		json_put_uint(w, "bytes", f->size);
		json_put_bool(w, "assumed", f->is_assumed);
		json_close_map(w);
	}
	json_close_list(w);
}

static void put_gaps(struct json_writer *w, const struct report_needs *n)
{
	json_key(w, "not_followed");
	json_open_list(w);
	for (size_t i = 0; i < n->gaps.n; i++) {
		const struct needs_gap *g = vec_at(&n->gaps, i);

		json_open_map(w);
		json_put_opt(w, "path", g->path);
		json_put_str(w, "what", g->what);
		json_close_map(w);
	}
	json_close_list(w);
	json_put_uint(w, "not_followed_unlisted", n->n_gaps_unlisted);
}

static void put_saving(struct json_writer *w, const struct report *r)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_FIELD_BYTES);
	struct needs_saving s = needs_saving(&r->needs);

	needs_add_sentence(&sb, r);
	json_put_str(w, "sentence", strbuf_str(&sb));
	json_key(w, "removable");
	json_open_map(w);
	json_put_uint(w, "packages", s.n);
	json_put_uint(w, "essential", s.n_essential);
	json_put_uint(w, "bytes", s.bytes);
	json_put_uint(w, "findings", s.n_findings);
	json_put_uint(w, "grave_findings", s.n_grave);
	json_close_map(w);
}

void put_needs(struct json_writer *w, const struct report *r)
{
	const struct report_needs *n = &r->needs;

	if (n->state == NEEDS_NOT_ASKED)
		return;
	json_key(w, "needs");
	json_open_map(w);
	json_put_bool(w, "assessed", n->state == NEEDS_FOUND);
	json_put_opt(w, "reason", n->reason);
	json_key(w, "commands");
	json_open_list(w);
	for (size_t i = 0; i < n->commands.n; i++)
		json_add_str(w, n->commands.p[i]);
	json_close_list(w);
	if (n->state == NEEDS_FOUND) {
		json_put_decimal(w, "confidence", n->confidence, 3);
		put_saving(w, r);
		json_put_uint(w, "image_files", n->n_files);
		json_put_uint(w, "image_bytes", n->bytes);
		json_put_uint(w, "needed_files", n->n_needed_files);
		json_put_uint(w, "needed_bytes", n->needed_bytes);
		put_parts(w, "packages", &n->packages);
		put_parts(w, "folders", &n->folders);
		put_files(w, &n->files);
	}
	put_gaps(w, n);
	bases_put_json(w, r);
	json_close_map(w);
}
