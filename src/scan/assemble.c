/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/assemble.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "image/view.h"
#include "inventory/accounts.h"
#include "inventory/distro.h"
#include "package/purl.h"
#include "scan/fragments.h"
#include "scan/malware_finds.h"
#include "scan/marked_files.h"
#include "scan/repositories.h"
#include "scan/second_look.h"
#include "scan/secret_findings.h"
#include "waste/waste.h"

/* A package as seen in one database path, from layer to layer. */
struct sighting {
	size_t ordinal; /* of the last database version that held it */
	size_t first;	/* layer where its present, unbroken run began */
	size_t changed; /* layer where its present version began */
	struct str version;
};

struct database {
	struct str path;
	size_t ordinal;	     /* versions of it seen so far, bottom-up */
	const char *problem; /* NULL: read whole */
};

/* One reader's part in the coverage. */
struct reader_tally {
	struct str parser;
	uint64_t n_packages;
	bool is_partial;
};

/* Signs of one language's packages. */
struct language {
	struct str example; /* path of the first that shows; .p NULL: none does */
	uint64_t n;	    /* in layers of which one shows */
};

/* The layer of items that a second look read: each has its own. */
#define NO_LAYER SIZE_MAX

struct assembly {
	const struct assemble_input *in;
	struct report *report;
	struct view view;
	struct arena temp;
	struct map databases; /* path -> struct database */
	struct map sightings; /* path, type, name, arch -> struct sighting */
	struct fragments fragments;
	struct map by_file;   /* layer, path -> struct package, of a reader named by path */
	struct map kept;      /* layer, path -> struct str *; of a second look by path alone */
	struct map readers;   /* parser -> struct reader_tally */
	struct map languages; /* ecosystem -> struct language */
	struct repositories repositories;
	struct marked_files marked;
	struct waste_contents *contents; /* of each layer; NULL: waste is not asked for */
	struct secret_findings secrets;
	struct malware_finds malware;
};

/* Keys are joined by a byte that no field of a package database holds. */
static struct str key_of(struct arena *a, struct str x, struct str y, struct str z, struct str w)
{
	return arena_strf(a, "%.*s\x1f%.*s\x1f%.*s\x1f%.*s", STR_FMT(x), STR_FMT(y), STR_FMT(z),
			  STR_FMT(w));
}

/* Of a file of one layer, by its path in the merged tree. */
static struct str file_key(struct assembly *as, size_t layer, struct str path)
{
	return arena_strf(&as->temp, "%zu\x1f%.*s", layer, STR_FMT(path));
}

static void *entry_of(struct assembly *as, struct map *m, struct str key, size_t size)
{
	void *entry = map_get(m, key);

	if (entry)
		return entry;
	entry = arena_alloc(&as->temp, size);
	if (!entry || map_put(m, key, entry) < 0)
		return NULL;
	return entry;
}

/* node: of the layer's own tree, where a later entry of that path may have replaced it. */
static bool is_visible(const struct assembly *as, struct str path, size_t layer, uint32_t node)
{
	struct view_hit hit;

	if (!view_find(&as->view, path, VIEW_NO_FOLLOW, &hit) || hit.layer != layer)
		return false;
	return node == TREE_NONE || merge_origin(as->in->merge, layer, hit.node) == node;
}

static struct str layer_name(const struct assembly *as, size_t i)
{
	const struct report_layer *l = vec_at(&as->report->layers, i);

	return l && as->report->has_image ? l->diff_id : STR_NULL;
}

/* The database that the items behind it belong to. */
struct current {
	struct record_item db;
	const struct pkgdb *reader;
	size_t ordinal;
	size_t layer;
	bool visible;
};

static int add_package(struct assembly *as, const struct record_item *item,
		       const struct sighting *s, const struct record_item *db)
{
	struct report_package *rp = vec_push(&as->report->packages);

	if (!rp)
		return -ERR_LIMIT;
	rp->p = item->package;
	rp->db = db->parser;
	rp->db_path = db->path;
	rp->layer_index = s->first;
	rp->layer_changed_index = s->changed;
	rp->layer = layer_name(as, s->first);
	rp->layer_changed = layer_name(as, s->changed);
	return 0;
}

/* Continues or restarts the package's run of layers, and lists it when its database shows. */
static int see_package(struct assembly *as, const struct record_item *item,
		       const struct current *now)
{
	const struct package *p = &item->package;
	struct str name = arena_strf(&as->temp, "%.*s\x1f%.*s", STR_FMT(p->type), STR_FMT(p->name));
	struct str key = key_of(&as->temp, now->db.path, name, p->arch, STR_NULL);
	struct sighting *s;

	if (!name.p || !key.p)
		return -ERR_NOMEM;
	s = entry_of(as, &as->sightings, key, sizeof *s);
	if (!s)
		return -ERR_NOMEM;
	if (s->ordinal == 0 || s->ordinal + 1 < now->ordinal)
		s->first = s->changed = now->layer;
	else if (!str_eq(s->version, p->version))
		s->changed = now->layer;
	s->ordinal = now->ordinal;
	s->version = p->version;
	return now->visible ? add_package(as, item, s, &now->db) : 0;
}

static int see_fragment(struct assembly *as, const struct package *p, const struct current *now)
{
	struct package *copy;
	struct str file;
	int r;

	if (!now->reader || !(now->reader->flags & PKGDB_NAMED_BY_PATH))
		return fragments_add(&as->fragments, p);
	copy = arena_alloc(&as->temp, sizeof *copy);
	file = file_key(as, now->layer, now->db.path);
	if (!copy || !file.p)
		return -ERR_NOMEM;
	*copy = *p;
	r = map_put(&as->by_file, file, copy);
	return r < 0 ? r : fragments_add(&as->fragments, p);
}

static int see_reader(struct assembly *as, const struct record_item *db)
{
	struct reader_tally *t = entry_of(as, &as->readers, db->parser, sizeof *t);

	if (!t)
		return -ERR_NOMEM;
	t->parser = db->parser;
	t->is_partial |= !db->is_whole;
	return 0;
}

static int see_kept(struct assembly *as, size_t layer, const struct record_item *item)
{
	const struct linked_file *linked = second_look_at(as->in->links, item->path);
	struct str key = layer == NO_LAYER ? item->path : file_key(as, layer, item->path);
	struct str *bytes = arena_alloc(&as->temp, sizeof *bytes);
	int r;

	if (!key.p || !bytes)
		return -ERR_NOMEM;
	*bytes = item->bytes;
	r = map_put(&as->kept, key, bytes);
	if (layer == NO_LAYER)
		layer = linked ? linked->layer : 0;
	return r < 0 ? r
		     : repositories_add(&as->repositories, layer, item->path, item->bytes,
					as->report, NULL);
}

/* The path of the first of the item's signs that shows in the image; .p NULL when none does. */
static int find_sign(struct assembly *as, size_t layer, const struct record_item *item,
		     struct str *ret)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	const struct tree *t = &as->in->records[layer]->tree;
	uint32_t node;

	for (size_t i = 0; (node = record_language_node(item, i)) < t->n_nodes; i++) {
		struct str path;

		strbuf_reset(&sb);
		tree_path(t, node, &sb);
		path = merge_path(as->in->merge, layer, strbuf_str(&sb), &as->temp);
		if (!path.p || sb.error)
			return -ERR_NOMEM;
		if (!is_visible(as, path, layer, node))
			continue;
		*ret = arena_str(&as->temp, path);
		return ret->p ? 0 : -ERR_NOMEM;
	}
	return 0;
}

static int see_language(struct assembly *as, size_t layer, const struct record_item *item)
{
	struct str path = STR_NULL;
	struct language *seen;
	int r = find_sign(as, layer, item, &path);

	if (r < 0 || !path.p)
		return r;
	seen = entry_of(as, &as->languages, item->parser, sizeof *seen);
	if (!seen)
		return -ERR_NOMEM;
	if (!seen->example.p)
		seen->example = path;
	seen->n += item->bytes.n / sizeof(uint32_t);
	return 0;
}

static int begin_database(struct assembly *as, size_t layer, const struct record_item *item,
			  struct current *now)
{
	const struct linked_file *linked = second_look_at(as->in->links, item->path);
	struct database *d = entry_of(as, &as->databases, item->path, sizeof *d);

	if (!d)
		return -ERR_NOMEM;
	now->db = *item;
	now->reader = pkgdb_find(item->parser);
	now->ordinal = ++d->ordinal;
	if (layer == NO_LAYER) {
		now->layer = linked ? linked->changed : 0;
		now->visible = true;
	} else {
		now->layer = layer;
		now->visible = !(linked && linked->is_read) &&
			       is_visible(as, item->path, layer, item->node);
	}
	return now->visible ? see_reader(as, item) : 0;
}

static int see_item(struct assembly *as, size_t layer, const struct record_item *item,
		    struct current *now)
{
	struct str name = layer == NO_LAYER ? STR_NULL : layer_name(as, layer);

	switch (item->kind) {
	case RECORD_DB:
		return begin_database(as, layer, item, now);
	case RECORD_PACKAGE:
		return see_package(as, item, now);
	case RECORD_FRAGMENT:
		return now->visible ? see_fragment(as, &item->package, now) : 0;
	case RECORD_PROBLEM:
		malware_finds_problem(&as->malware, item);
		return report_add_problem(as->report, item->path, name, item->parser, &item->error);
	case RECORD_KEPT:
		return see_kept(as, layer, item);
	case RECORD_LANGUAGE:
		return layer != NO_LAYER ? see_language(as, layer, item) : 0;
	case RECORD_FILE:
		return layer != NO_LAYER ? marked_files_add(&as->marked, layer, item) : 0;
	case RECORD_SECRET:
	case RECORD_WATCHED:
		return layer != NO_LAYER ? secret_findings_add(&as->secrets, layer, item, NULL) : 0;
	case RECORD_ELF:
		return layer != NO_LAYER ? marked_files_add_elf(&as->marked, layer, item) : 0;
	case RECORD_MALWARE:
	case RECORD_MALWARE_TALLY:
		return layer != NO_LAYER ? malware_finds_add(&as->malware, layer, item, NULL) : 0;
	case RECORD_CONTENTS:
		if (layer != NO_LAYER && as->contents)
			as->contents[layer] = (struct waste_contents){true, item->bytes};
		return 0;
	case RECORD_LINK:    /* second_look.c */
	case RECORD_PROGRAM: /* needs.c */
		return 0;
	}
	return 0;
}

static int see_record(struct assembly *as, size_t layer, const struct layer_record *record,
		      struct err *err)
{
	struct arena *a = &as->report->arena;
	struct str items = record->items;
	struct record_item item;
	struct current now = {0};

	while (record_next(&items, a, &item)) {
		int r = 0;

		if (item.path.n && layer != NO_LAYER)
			item.path = merge_path(as->in->merge, layer, item.path, a);
		if (item.path.n && !item.path.p)
			r = -ERR_NOMEM;
		if (r == 0)
			r = see_item(as, layer, &item, &now);
		if (r < 0)
			return err_set(err, (enum err_code) - r, "layer %zu: too much to report",
				       layer + 1);
	}
	if (items.n < 8)
		return 0;
	return a->failed ? err_nomem(err)
			 : err_set(err, ERR_FORMAT, "layer %zu: record is damaged", layer + 1);
}

/* The file that the pattern means for this package, wherever links lead to from there. */
static const struct package *fragment_behind_links(struct assembly *as, const char *pattern,
						   struct str name)
{
	CLEANUP(strbuf_done) struct strbuf real = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct str before, after, path, key;
	struct view_hit hit;

	if (!str_cut(str_of(pattern), '*', &before, &after) || str_find_char(name, '/') < name.n)
		return NULL;
	path = arena_strf(&as->temp, "%.*s%.*s%.*s", STR_FMT(before), STR_FMT(name),
			  STR_FMT(after));
	if (!view_file(&as->view, path, &hit))
		return NULL;
	tree_path(as->view.trees[hit.layer], hit.node, &real);
	key = file_key(as, hit.layer, strbuf_str(&real));
	return map_get(&as->by_file, key);
}

/* usr/share/doc/libx-dev is often a symlink to libx1, and has its copyright file there. */
static int join_linked(struct assembly *as, struct package *p, struct err *err)
{
	int r = 0;

	for (size_t i = 0; pkgdbs[i] && as->by_file.n && r == 0; i++)
		for (const char *const *path = pkgdbs[i]->paths; *path && r == 0; path++) {
			const struct package *more;

			if (!(pkgdbs[i]->flags & PKGDB_NAMED_BY_PATH))
				break;
			more = fragment_behind_links(as, *path, p->name);
			if (more && str_eq(more->type, p->type) && !str_eq(more->name, p->name))
				r = fragments_join_one(&as->fragments, p, more, err);
		}
	return r;
}

static int join_fragments(struct assembly *as, struct report_package *rp, struct err *err)
{
	struct err problem = {0};
	int r = fragments_join(&as->fragments, &rp->p, &problem);

	if (r == 0 && rp->p.licenses.n == 0)
		r = join_linked(as, &rp->p, &problem);
	if (r == -ERR_LIMIT)
		r = report_add_problem(as->report, rp->db_path, rp->layer, rp->db, &problem);
	return r < 0 ? err_nomem(err) : 0;
}

static bool takes_distro_namespace(struct str type)
{
	return str_is(type, "deb") || str_is(type, "rpm") || str_is(type, "apk") ||
	       str_is(type, "alpm");
}

static int finish_package(struct assembly *as, struct report_package *rp, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf text = STRBUF_INIT((size_t)LIMIT_FIELD_BYTES * 4);
	const struct distro *d = &as->report->distro;
	struct reader_tally *t = map_get(&as->readers, rp->db);
	struct report_layer *layer = vec_at(&as->report->layers, rp->layer_index);
	struct str release = STR_NULL;
	struct err problem = {0};
	int r = join_fragments(as, rp, err);

	if (r < 0)
		return r;
	if (d->id.n)
		release = d->version_id.n ? arena_strf(&as->temp, "%.*s-%.*s", STR_FMT(d->id),
						       STR_FMT(d->version_id))
					  : d->id;
	if (purl_of_package(&rp->p, d->id, release, &text, &problem) < 0 &&
	    report_add_problem(as->report, rp->db_path, rp->layer, rp->db, &problem) < 0)
		return err_nomem(err);
	rp->purl = arena_str(&as->report->arena, strbuf_str(&text));
	if (rp->p.namespace.n == 0 && takes_distro_namespace(rp->p.type))
		rp->p.namespace = d->id;
	if (t)
		t->n_packages++;
	if (layer)
		layer->n_packages++;
	return rp->purl.p ? 0 : err_nomem(err);
}

static bool get_kept(void *context, struct str path, struct str *ret_bytes)
{
	struct assembly *as = context;
	CLEANUP(strbuf_done) struct strbuf real = STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	struct str *bytes = map_get(&as->kept, path);
	struct view_hit hit;

	if (!bytes && view_file(&as->view, path, &hit)) {
		tree_path(as->view.trees[hit.layer], hit.node, &real);
		bytes = map_get(&as->kept, file_key(as, hit.layer, strbuf_str(&real)));
	}
	if (bytes)
		*ret_bytes = *bytes;
	return bytes != NULL;
}

static void distro_problem(void *context, struct str path, const struct err *what)
{
	struct assembly *as = context;

	(void)report_add_problem(as->report, path, STR_NULL, STR("distribution"), what);
}

static void tell_accounts(struct assembly *as)
{
	(void)report_add_coverage_once(as->report, STR("accounts"), COVERAGE_PARTIAL,
				       STR("not all of users and groups could be read"),
				       STR("see the problems below"));
}

static void accounts_problem(void *context, struct str path, const struct err *what)
{
	struct assembly *as = context;

	(void)report_add_problem(as->report, path, STR_NULL, STR("accounts"), what);
	tell_accounts(as);
}

/* A file that is there and was too large to be kept has told its problem, but is no missing one. */
static bool get_accounts(void *context, struct str path, struct str *ret_bytes)
{
	struct assembly *as = context;
	struct view_hit hit;
	bool is_kept = get_kept(context, path, ret_bytes);

	if (!is_kept && view_file(&as->view, path, &hit))
		tell_accounts(as);
	return is_kept;
}

static int cover_readers(struct assembly *as)
{
	struct report *rep = as->report;
	struct str parser;
	size_t at = 0;
	void *value;
	bool is_found = false;
	int r = 0;

	while (r == 0 && map_next(&as->readers, &at, &parser, &value)) {
		const struct reader_tally *t = value;
		struct str what =
			arena_strf(&as->temp, "operating-system packages (%.*s)", STR_FMT(parser));

		if (t->n_packages == 0 && !t->is_partial)
			continue; /* a helper file: lists, licences */
		is_found |= t->is_partial;
		r = report_add_coverage(
			rep, what, t->is_partial ? COVERAGE_PARTIAL : COVERAGE_ASSESSED,
			t->is_partial ? STR("not all of its records could be read") : STR_NULL,
			t->is_partial ? STR("see the problems below") : STR_NULL, t->n_packages);
	}
	if (r == 0 && rep->packages.n == 0 && !is_found)
		r = report_add_coverage(
			rep, STR("operating-system packages"), COVERAGE_NOT_ASSESSED,
			STR("no package database was found in the image"), STR_NULL, 0);
	return r;
}

static int cover_languages(struct assembly *as)
{
	struct str ecosystem;
	size_t at = 0;
	void *value;
	int r = 0;

	while (r == 0 && map_next(&as->languages, &at, &ecosystem, &value)) {
		const struct language *seen = value;
		struct str what =
			arena_strf(&as->temp, "language packages (%.*s)", STR_FMT(ecosystem));
		struct str reason = arena_strf(
			&as->temp,
			"seen (%.*s), but this version reads operating-system packages only",
			STR_FMT(seen->example));

		r = report_add_coverage(as->report, what, COVERAGE_NOT_ASSESSED, reason, STR_NULL,
					seen->n);
	}
	return r;
}

static int cover(struct assembly *as, struct err *err)
{
	struct report *rep = as->report;
	int r;

	if (as->in->only_content && rep->packages.n == 0)
		return 0;
	r = cover_readers(as);

	if (r == 0)
		r = cover_languages(as);
	if (r == 0)
		r = rep->distro.id.n ? report_add_coverage(rep, STR("distribution"),
							   COVERAGE_ASSESSED, STR_NULL, STR_NULL, 0)
				     : report_add_coverage(
					       rep, STR("distribution"), COVERAGE_NOT_ASSESSED,
					       STR("unknown: no os-release or older release file"),
					       STR_NULL, 0);
	return r < 0 ? err_nomem(err) : 0;
}

static int count_files(struct assembly *as, struct err *err)
{
	struct view_totals totals;

	if (!view_count(&as->view, &totals))
		return err_nomem(err);
	as->report->n_files = totals.n_files;
	as->report->file_bytes = totals.file_bytes;
	return 0;
}

static int measure_waste(struct assembly *as, struct err *err)
{
	const struct waste_input in = {
		.merge = as->in->merge, .contents = as->contents, .report = as->report};

	return waste_measure(&in, err);
}

static int assemble_all(struct assembly *as, struct err *err)
{
	const struct distro_files files = {as, get_kept, distro_problem};
	const struct distro_files account_files = {as, get_accounts, accounts_problem};
	int r = 0;

	for (size_t i = 0; i < as->in->n && r == 0; i++)
		if (as->in->records[i])
			r = see_record(as, i, as->in->records[i], err);
	if (r == 0 && as->in->linked)
		r = see_record(as, NO_LAYER, as->in->linked, err);
	if (r == 0)
		r = repositories_finish(&as->repositories, as->report, err);
	if (r == 0)
		r = distro_read(&files, &as->report->arena, &as->report->distro, err);
	for (size_t i = 0; i < as->report->packages.n && r == 0; i++)
		r = finish_package(as, vec_at(&as->report->packages, i), err);
	if (r == 0)
		r = marked_files_finish(&as->marked, err);
	if (r == 0)
		r = secret_findings_finish(&as->secrets, err);
	if (r == 0)
		r = malware_finds_finish(&as->malware, err);
	if (r == 0)
		r = accounts_read(&account_files, &as->report->arena, &as->report->accounts, err);
	if (r == 0)
		r = count_files(as, err);
	if (r == 0 && as->in->wants_waste)
		r = measure_waste(as, err);
	return r < 0 ? r : cover(as, err);
}

int assemble_layers(const struct assemble_input *in, struct report *report, struct err *err)
{
	struct assembly as = {.in = in, .report = report, .view = merge_view(in->merge)};
	struct map *maps[] = {&as.databases, &as.sightings, &as.by_file,
			      &as.kept,	     &as.readers,   &as.languages};
	bool no_memory = false;
	int r;

	arena_init(&as.temp, LIMIT_ARENA_BYTES);
	if (in->wants_waste)
		as.contents = arena_array(&as.temp, in->n + 1, sizeof *as.contents);
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		map_init(maps[i], LIMIT_LAYER_ENTRIES);
	fragments_init(&as.fragments, &as.temp, &report->arena);
	marked_files_init(&as.marked, in->merge, in->records, report);
	malware_finds_init(&as.malware, in->merge, in->records, report);
	as.view.no_memory = &no_memory;
	r = secret_findings_init(&as.secrets, in->secrets, in->merge, in->records, report);
	r = r < 0 ? err_nomem(err) : assemble_all(&as, err);
	if (r == 0 && no_memory)
		r = err_nomem(err);
	if (r == 0)
		r = arena_check(&as.temp, err);
	if (r == 0)
		r = arena_check(&report->arena, err);
	fragments_done(&as.fragments);
	marked_files_done(&as.marked);
	secret_findings_done(&as.secrets);
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		map_done(maps[i]);
	arena_done(&as.temp);
	return r;
}

int assemble(const struct layer_record *const *records, size_t n, struct report *report,
	     struct err *err)
{
	CLEANUP(freep) const struct tree **trees = calloc(n + 1, sizeof *trees);
	struct merge merge = {0};
	struct assemble_input in = {.records = records, .n = n, .merge = &merge};
	int r;

	if (!trees)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++)
		trees[i] = records[i] ? &records[i]->tree : NULL;
	r = merge_init(&merge, trees, n, err);
	if (r == 0)
		r = assemble_layers(&in, report, err);
	merge_done(&merge);
	return r;
}
