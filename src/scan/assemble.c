/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/assemble.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "image/view.h"
#include "inventory/distro.h"
#include "package/purl.h"

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

struct fragment {
	struct package p;
	struct fragment *next; /* of the same type and name */
};

struct assembly {
	const struct layer_record *const *records;
	size_t n;
	struct report *report;
	struct view view;
	struct arena temp;
	struct map databases; /* path -> struct database */
	struct map sightings; /* path, type, name, arch -> struct sighting */
	struct map fragments; /* type, name -> struct fragment */
	struct map kept;      /* layer, path -> struct str * */
	struct map readers;   /* parser -> struct reader_tally */
	struct map languages; /* ecosystem -> struct record_item */
};

/* Keys are joined by a byte that no field of a package database holds. */
static struct str key_of(struct arena *a, struct str x, struct str y, struct str z, struct str w)
{
	return arena_strf(a, "%.*s\x1f%.*s\x1f%.*s\x1f%.*s", STR_FMT(x), STR_FMT(y), STR_FMT(z),
			  STR_FMT(w));
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

static bool is_visible(const struct assembly *as, struct str path, size_t layer)
{
	struct view_hit hit;

	return view_find(&as->view, path, VIEW_NO_FOLLOW, &hit) && hit.layer == layer;
}

static struct str layer_name(const struct assembly *as, size_t i)
{
	const struct report_layer *l = vec_at(&as->report->layers, i);

	return l && as->report->has_image ? l->diff_id : STR_NULL;
}

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
static int see_package(struct assembly *as, size_t layer, const struct record_item *item,
		       const struct record_item *db, size_t ordinal, bool visible)
{
	const struct package *p = &item->package;
	struct str name = arena_strf(&as->temp, "%.*s\x1f%.*s", STR_FMT(p->type), STR_FMT(p->name));
	struct str key = key_of(&as->temp, db->path, name, p->arch, STR_NULL);
	struct sighting *s;

	if (!name.p || !key.p)
		return -ERR_NOMEM;
	s = entry_of(as, &as->sightings, key, sizeof *s);
	if (!s)
		return -ERR_NOMEM;
	if (s->ordinal == 0 || s->ordinal + 1 < ordinal)
		s->first = s->changed = layer;
	else if (!str_eq(s->version, p->version))
		s->changed = layer;
	s->ordinal = ordinal;
	s->version = p->version;
	return visible ? add_package(as, item, s, db) : 0;
}

static int see_fragment(struct assembly *as, const struct package *p)
{
	struct str key = key_of(&as->temp, p->type, p->name, STR_NULL, STR_NULL);
	struct fragment *f = arena_alloc(&as->temp, sizeof *f);

	if (!key.p || !f)
		return -ERR_NOMEM;
	f->p = *p;
	f->next = map_get(&as->fragments, key);
	return map_put(&as->fragments, key, f);
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
	struct str number = arena_strf(&as->temp, "%zu", layer);
	struct str key = key_of(&as->temp, number, item->path, STR_NULL, STR_NULL);
	struct str *bytes = arena_alloc(&as->temp, sizeof *bytes);

	if (!key.p || !bytes)
		return -ERR_NOMEM;
	*bytes = item->bytes;
	return map_put(&as->kept, key, bytes);
}

static int see_language(struct assembly *as, const struct record_item *item)
{
	struct record_item *seen = entry_of(as, &as->languages, item->parser, sizeof *seen);

	if (!seen)
		return -ERR_NOMEM;
	if (!seen->path.p) {
		seen->parser = item->parser;
		seen->path = item->path;
	}
	seen->count += item->count;
	return 0;
}

/* The database that the items behind it belong to. */
struct current {
	struct record_item db;
	size_t ordinal;
	bool visible;
};

static int begin_database(struct assembly *as, size_t layer, const struct record_item *item,
			  struct current *now)
{
	struct database *d = entry_of(as, &as->databases, item->path, sizeof *d);

	if (!d)
		return -ERR_NOMEM;
	now->db = *item;
	now->ordinal = ++d->ordinal;
	now->visible = is_visible(as, item->path, layer);
	return now->visible ? see_reader(as, item) : 0;
}

static int see_item(struct assembly *as, size_t layer, const struct record_item *item,
		    struct current *now)
{
	switch (item->kind) {
	case RECORD_DB:
		return begin_database(as, layer, item, now);
	case RECORD_PACKAGE:
		return see_package(as, layer, item, &now->db, now->ordinal, now->visible);
	case RECORD_FRAGMENT:
		return now->visible ? see_fragment(as, &item->package) : 0;
	case RECORD_PROBLEM:
		return report_add_problem(as->report, item->path, layer_name(as, layer),
					  item->parser, &item->error);
	case RECORD_KEPT:
		return see_kept(as, layer, item);
	case RECORD_LANGUAGE:
		return is_visible(as, item->path, layer) ? see_language(as, item) : 0;
	}
	return 0;
}

static int see_layer(struct assembly *as, size_t layer, struct err *err)
{
	struct str items = as->records[layer]->items;
	struct record_item item;
	struct current now = {0};

	while (record_next(&items, &as->report->arena, &item)) {
		int r = see_item(as, layer, &item, &now);

		if (r < 0)
			return err_set(err, (enum err_code) - r, "layer %zu: too much to report",
				       layer);
	}
	return items.n >= 8 ? err_set(err, ERR_FORMAT, "layer %zu: record is damaged", layer) : 0;
}

static int join_list(struct arena *a, struct str_list *into, struct str_list more)
{
	struct str *p;

	if (more.n == 0)
		return 0;
	p = arena_array(a, into->n + more.n, sizeof *p);
	if (!p)
		return -ERR_NOMEM;
	if (into->n)
		memcpy(p, into->p, into->n * sizeof *p);
	memcpy(p + into->n, more.p, more.n * sizeof *p);
	*into = (struct str_list){p, into->n + more.n};
	return 0;
}

static int join_fragments(struct assembly *as, struct package *p)
{
	struct str key = key_of(&as->temp, p->type, p->name, STR_NULL, STR_NULL);
	struct arena *a = &as->report->arena;
	int r = key.p ? 0 : -ERR_NOMEM;

	for (struct fragment *f = map_get(&as->fragments, key); f && r == 0; f = f->next) {
		if (f->p.arch.n && p->arch.n && !str_eq(f->p.arch, p->arch))
			continue;
		r = join_list(a, &p->files, f->p.files);
		if (r == 0)
			r = join_list(a, &p->licenses, f->p.licenses);
		if (r == 0)
			r = join_list(a, &p->attributes, f->p.attributes);
		if (p->source_name.n == 0)
			p->source_name = f->p.source_name;
		if (p->vendor.n == 0)
			p->vendor = f->p.vendor;
	}
	return r;
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

	if (join_fragments(as, &rp->p) < 0)
		return err_nomem(err);
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
	struct view_hit hit;
	struct str key, number, *bytes;

	if (!view_find(&as->view, path, VIEW_FOLLOW, &hit))
		return false;
	tree_path(as->view.trees[hit.layer], hit.node, &real);
	number = arena_strf(&as->temp, "%zu", hit.layer);
	key = key_of(&as->temp, number, strbuf_str(&real), STR_NULL, STR_NULL);
	bytes = map_get(&as->kept, key);
	if (bytes)
		*ret_bytes = *bytes;
	return bytes != NULL;
}

static void distro_problem(void *context, struct str path, const struct err *what)
{
	struct assembly *as = context;

	(void)report_add_problem(as->report, path, STR_NULL, STR("distribution"), what);
}

static int cover_readers(struct assembly *as)
{
	struct report *rep = as->report;
	struct str parser;
	size_t at = 0;
	void *value;
	int r = 0;

	while (r == 0 && map_next(&as->readers, &at, &parser, &value)) {
		const struct reader_tally *t = value;
		struct str what =
			arena_strf(&as->temp, "operating-system packages (%.*s)", STR_FMT(parser));

		if (t->n_packages == 0 && !t->is_partial)
			continue; /* a helper file: lists, licences */
		r = report_add_coverage(
			rep, what, t->is_partial ? COVERAGE_PARTIAL : COVERAGE_ASSESSED,
			t->is_partial ? STR("a database could not be read to its end") : STR_NULL,
			t->is_partial ? STR("see the problems below") : STR_NULL, t->n_packages);
	}
	if (r == 0 && rep->packages.n == 0)
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
		const struct record_item *item = value;
		struct str what =
			arena_strf(&as->temp, "language packages (%.*s)", STR_FMT(ecosystem));
		struct str reason = arena_strf(
			&as->temp,
			"seen (%.*s), but this version reads operating-system packages only",
			STR_FMT(item->path));

		r = report_add_coverage(as->report, what, COVERAGE_NOT_ASSESSED, reason, STR_NULL,
					item->count);
	}
	return r;
}

static int cover(struct assembly *as, struct err *err)
{
	struct report *rep = as->report;
	int r = cover_readers(as);

	if (r == 0)
		r = cover_languages(as);
	if (r == 0)
		r = rep->distro.id.n ? report_add_coverage(rep, STR("distribution"),
							   COVERAGE_ASSESSED, STR_NULL, STR_NULL, 0)
				     : report_add_coverage(
					       rep, STR("distribution"), COVERAGE_NOT_ASSESSED,
					       STR("unknown: no os-release or older release file"),
					       STR_NULL, 0);
	if (r == 0)
		r = report_add_coverage(rep, STR("vulnerabilities"), COVERAGE_NOT_ASSESSED,
					STR("this version has no advisory database yet"), STR_NULL,
					0);
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

static int assemble_all(struct assembly *as, struct err *err)
{
	struct distro_files files = {as, get_kept, distro_problem};
	int r = 0;

	for (size_t i = 0; i < as->n && r == 0; i++)
		if (as->records[i])
			r = see_layer(as, i, err);
	if (r == 0)
		r = distro_read(&files, &as->report->arena, &as->report->distro, err);
	for (size_t i = 0; i < as->report->packages.n && r == 0; i++)
		r = finish_package(as, vec_at(&as->report->packages, i), err);
	if (r == 0)
		r = count_files(as, err);
	return r < 0 ? r : cover(as, err);
}

int assemble(const struct layer_record *const *records, size_t n, struct report *report,
	     struct err *err)
{
	struct assembly as = {.records = records, .n = n, .report = report};
	CLEANUP(freep) const struct tree **trees = calloc(n + 1, sizeof *trees);
	struct map *maps[] = {&as.databases, &as.sightings, &as.fragments,
			      &as.kept,	     &as.readers,   &as.languages};
	int r;

	if (!trees)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++)
		trees[i] = records[i] ? &records[i]->tree : NULL;
	as.view = (struct view){trees, n};
	arena_init(&as.temp, LIMIT_ARENA_BYTES);
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		map_init(maps[i], LIMIT_LAYER_ENTRIES);
	r = assemble_all(&as, err);
	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		map_done(maps[i]);
	arena_done(&as.temp);
	return r;
}
