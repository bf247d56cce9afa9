/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/analysis.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "inventory/path_mark.h"
#include "scan/watchers.h"

#define LANGUAGES_MAX 64

struct wanted_file {
	struct capture data;
	struct want wants[WANTS_MAX];
	size_t n_wants;
	struct str path;  /* in the arena, once finishing */
	bool is_borrowed; /* the bytes are those of a file before it, which a hard link names */
};

struct language_count {
	const char *ecosystem;
	struct vec nodes; /* uint32_t; which of them show is known when the image is put together */
};

struct analysis {
	const struct path_index *index;
	struct strbuf *record;
	struct tree_builder *builder;
	struct vec files; /* struct wanted_file * */
	struct language_count languages[LANGUAGES_MAX];
	size_t n_languages;
	bool lost_language;	 /* for want of memory */
	uint64_t captured_bytes; /* with what keeping a file costs */
	struct strbuf path;
	struct capture head; /* of the executable being looked at */
	char head_bytes[LANGUAGE_HEAD_BYTES];
	bool head_open;
	size_t n_problems;
	uint64_t n_left_out;
	size_t n_marked;	   /* files that rules look at */
	uint64_t n_package_files;  /* paths that packages own so far */
	bool alone_open;	   /* the last of the files can be parsed as soon as it is read */
	struct arena arena;	   /* paths, while finishing */
	struct arena scratch;	   /* of the readers */
	struct map by_path;	   /* path -> struct wanted_file, while finishing */
	struct watchers *watchers; /* NULL: none */
	bool is_watched;	   /* the content of the last entry */
	bool is_for_once;	   /* another try may learn more */
};

int analysis_new(const struct scan_plan *plan, struct strbuf *record, struct analysis **ret,
		 struct err *err)
{
	struct analysis *a = calloc(1, sizeof *a);
	int r;

	if (!a)
		return err_nomem(err);
	a->index = plan->index;
	a->record = record;
	a->files = (struct vec)VEC_INIT(struct wanted_file *, LIMIT_LAYER_ENTRIES);
	a->path = (struct strbuf)STRBUF_INIT((size_t)LIMIT_PATH_BYTES * 4);
	arena_init(&a->arena, LIMIT_ARENA_BYTES);
	arena_init(&a->scratch, LIMIT_ARENA_BYTES);
	map_init(&a->by_path, LIMIT_LAYER_ENTRIES);
	r = tree_builder_new(&a->builder, err);
	if (r < 0) {
		analysis_free(a);
		return r;
	}
	record_begin(record);
	r = watchers_new(plan, &(struct watch_host){record, a}, &a->watchers, err);
	if (r < 0) {
		analysis_free(a);
		return r;
	}
	*ret = a;
	return 0;
}

static void free_file(struct wanted_file *f)
{
	if (!f->is_borrowed)
		free(f->data.bytes);
	free(f);
}

void analysis_free(struct analysis *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < a->files.n; i++) {
		struct wanted_file *f = *(struct wanted_file **)vec_at(&a->files, i);

		free_file(f);
	}
	for (size_t i = 0; i < a->n_languages; i++)
		vec_done(&a->languages[i].nodes);
	vec_done(&a->files);
	strbuf_done(&a->path);
	watchers_free(a->watchers);
	tree_builder_free(a->builder);
	map_done(&a->by_path);
	arena_done(&a->arena);
	arena_done(&a->scratch);
	free(a);
}

void analysis_problem(struct analysis *a, const char *parser, struct str path,
		      const struct err *what)
{
	if (++a->n_problems < LIMIT_PROBLEMS) /* the last place is for how many there were */
		record_add_problem(a->record, str_of(parser), path, what);
}

void analysis_retry(struct analysis *a)
{
	a->is_for_once = true;
}

void analysis_loss(struct analysis *a, const char *parser, struct str path, const struct err *what)
{
	a->n_left_out++;
	analysis_problem(a, parser, path, what);
}

static void count_language(struct analysis *a, const char *ecosystem, uint32_t node)
{
	struct language_count *l = a->languages;
	uint32_t *slot;

	while (l < a->languages + a->n_languages && strcmp(l->ecosystem, ecosystem) != 0)
		l++;
	if (l == a->languages + a->n_languages) {
		if (a->n_languages == LANGUAGES_MAX)
			return; /* more ecosystems than there are signs: cannot be */
		a->n_languages++;
		*l = (struct language_count){ecosystem, VEC_INIT(uint32_t, LIMIT_LAYER_ENTRIES)};
	}
	slot = vec_push(&l->nodes);
	a->lost_language |= !slot;
	if (slot)
		*slot = node;
}

static size_t max_size_of(const struct wanted_file *f)
{
	size_t max = 0;

	for (size_t i = 0; i < f->n_wants; i++) {
		size_t want = 0;

		switch (f->wants[i].kind) {
		case WANT_PKGDB:
			want = f->wants[i].pkgdb->max_size;
			break;
		case WANT_KEPT:
			want = LIMIT_KEPT_FILE_BYTES;
			break;
		case WANT_BYTES:
			want = LIMIT_PKGDB_BYTES;
			break;
		case WANT_LANGUAGE:
		case WANT_MARK:
			break;
		}
		if (want > max)
			max = want;
	}
	return max;
}

static const char *name_of(const struct wanted_file *f)
{
	for (size_t i = 0; i < f->n_wants; i++)
		if (f->wants[i].kind == WANT_PKGDB)
			return f->wants[i].pkgdb->id;
		else if (f->wants[i].kind == WANT_BYTES)
			return "link";
	return "distribution";
}

/* What keeping a file takes: a million empty ones are not free. a->path is its path. */
static uint64_t cost_of(const struct analysis *a, uint64_t size)
{
	return size + a->path.n + sizeof(struct wanted_file);
}

/* Databases that are not read at all are not read to their end either. */
static void add_unread(struct analysis *a, const struct wanted_file *f, uint32_t node)
{
	for (size_t i = 0; i < f->n_wants; i++) {
		size_t start = a->record->n;

		if (f->wants[i].kind != WANT_PKGDB)
			continue;
		record_add_db(a->record, str_of(f->wants[i].pkgdb->id), strbuf_str(&a->path),
			      false);
		record_set_node(a->record, start, node);
	}
}

/* Whether a file of that size may be kept; if not, a problem says why. */
static bool fits(struct analysis *a, const struct wanted_file *f, uint64_t size, uint32_t node)
{
	uint64_t cost = cost_of(a, size);
	struct err limit = {0};

	if (size > max_size_of(f))
		err_set(&limit, ERR_LIMIT, "%llu bytes: more than the %zu that %s reads",
			(unsigned long long)size, max_size_of(f), name_of(f));
	else if (cost > LIMIT_CAPTURE_BYTES - a->captured_bytes)
		err_set(&limit, ERR_LIMIT,
			"package databases of this layer exceed capture_bytes (%d)",
			(int)LIMIT_CAPTURE_BYTES);
	if (limit.code == ERR_OK)
		return true;
	analysis_problem(a, name_of(f), strbuf_str(&a->path), &limit);
	add_unread(a, f, node);
	return false;
}

static struct wanted_file *push_file(struct analysis *a, const struct wanted_file *f,
				     struct err *err)
{
	struct wanted_file *kept = malloc(sizeof *kept);
	struct wanted_file **slot = kept ? vec_push(&a->files) : NULL;

	if (!slot) {
		free(kept);
		err_nomem(err);
		return NULL;
	}
	*kept = *f;
	*slot = kept;
	return kept;
}

static bool can_parse_alone(const struct wanted_file *f)
{
	for (size_t i = 0; i < f->n_wants; i++)
		if (f->wants[i].kind != WANT_PKGDB || !(f->wants[i].pkgdb->flags & PKGDB_ALONE))
			return false;
	return true;
}

/* Room for the file's bytes, or a problem that says why there is none. */
static int open_capture(struct analysis *a, const struct wanted_file *f, const struct tree_entry *e,
			uint32_t node, struct capture **ret_capture, struct err *err)
{
	struct wanted_file *kept;

	if (!fits(a, f, e->size, node))
		return 0;
	kept = push_file(a, f, err);
	if (!kept)
		return -ERR_NOMEM;
	kept->data = (struct capture){.node = node, .bytes = calloc(1, e->size + 1)};
	if (!kept->data.bytes)
		return err_nomem(err);
	kept->data.n = e->size;
	a->captured_bytes += cost_of(a, e->size);
	a->alone_open = e->type == NODE_FILE && can_parse_alone(kept);
	if (e->type == NODE_FILE && e->size)
		*ret_capture = &kept->data;
	return 0;
}

/* The wanted file of that node; files stand in the order of their nodes. */
static const struct wanted_file *find_file(const struct analysis *a, uint32_t node)
{
	size_t low = 0, high = a->files.n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct wanted_file *f = *(struct wanted_file **)vec_at(&a->files, middle);

		if (f->data.node == node)
			return f;
		if (f->data.node < node)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Signs are told by the name alone. */
static bool is_sign(const struct want *w)
{
	return w->kind == WANT_LANGUAGE || w->kind == WANT_MARK;
}

/* Readers that follow links when the image is put together need no second look. */
static bool is_named_by_path(const struct wanted_file *f)
{
	for (size_t i = 0; i < f->n_wants; i++)
		if (!is_sign(&f->wants[i]) && (f->wants[i].kind != WANT_PKGDB ||
					       !(f->wants[i].pkgdb->flags & PKGDB_NAMED_BY_PATH)))
			return false;
	return true;
}

/*
 * A hard link's bytes are those that the file it names has now, even if that is replaced later.
 * They count again for the limit, since they are parsed again.
 */
static int open_hard_link(struct analysis *a, struct wanted_file *f, const struct tree_entry *e,
			  uint32_t node, struct err *err)
{
	const struct wanted_file *named = find_file(a, tree_builder_find(a->builder, e->link));

	if (!named || !named->data.bytes) {
		if (!is_named_by_path(f))
			record_add_link(a->record, strbuf_str(&a->path));
		return 0;
	}
	if (!fits(a, f, named->data.n, node))
		return 0;
	a->captured_bytes += cost_of(a, named->data.n);
	f->data = named->data;
	f->data.node = node;
	f->is_borrowed = true;
	return push_file(a, f, err) ? 0 : -ERR_NOMEM;
}

/* The head of a large executable is looked at for signs of a compiled-in inventory. */
static void open_head(struct analysis *a, const struct tree_entry *e, uint32_t node,
		      struct capture **ret_capture)
{
	if (!(e->mode & 0111) || e->size < sizeof a->head_bytes)
		return;
	memset(a->head_bytes, 0, sizeof a->head_bytes); /* not all may come: holes, a short file */
	a->head = (struct capture){
		.bytes = a->head_bytes, .n = sizeof a->head_bytes, .node = node, .head_only = true};
	a->head_open = true;
	*ret_capture = &a->head;
}

static void close_head(struct analysis *a)
{
	const char *ecosystem;

	if (!a->head_open)
		return;
	a->head_open = false;
	ecosystem = language_of_executable(str_make(a->head_bytes, sizeof a->head_bytes));
	if (ecosystem)
		count_language(a, ecosystem, a->head.node);
}

/* The sink that writes what a reader finds to the record. */
struct record_sink {
	struct pkg_sink sink;
	struct analysis *a;
	const struct wanted_file *file;
	const struct pkgdb *pkgdb;
	size_t n_problems;
	bool is_partial;    /* a record was left out, or the rest of the file */
	struct err stopped; /* why the sink took no more */
};

static bool is_full(const struct analysis *a, struct err *ret)
{
	if (a->n_package_files < LIMIT_PACKAGE_FILES)
		return false;
	err_set(ret, ERR_LIMIT, "packages of this layer own more than package_files (%d)",
		(int)LIMIT_PACKAGE_FILES);
	return true;
}

static int sink_add(struct pkg_sink *sink, enum record_kind kind, const struct package *p)
{
	struct record_sink *s = (struct record_sink *)sink;

	if (p->files.n > LIMIT_PACKAGE_FILES - s->a->n_package_files)
		s->a->n_package_files = LIMIT_PACKAGE_FILES;
	if (is_full(s->a, &s->stopped))
		return -ERR_LIMIT;
	s->a->n_package_files += p->files.n;
	record_add_package(s->a->record, kind, p);
	return strbuf_check(s->a->record, &s->stopped);
}

static int sink_package(struct pkg_sink *sink, const struct package *p)
{
	return sink_add(sink, RECORD_PACKAGE, p);
}

static int sink_fragment(struct pkg_sink *sink, const struct package *p)
{
	return sink_add(sink, RECORD_FRAGMENT, p);
}

static int sink_problem(struct pkg_sink *sink, const struct err *what)
{
	struct record_sink *s = (struct record_sink *)sink;

	s->is_partial = true;
	if (s->n_problems++ < LIMIT_FILE_PROBLEMS)
		analysis_problem(s->a, s->pkgdb->id, s->file->path, what);
	return 0;
}

static bool sink_sibling(struct pkg_sink *sink, struct str path, struct str *ret_bytes)
{
	struct record_sink *s = (struct record_sink *)sink;
	const struct wanted_file *f = map_get(&s->a->by_path, path);

	if (!f || f->n_wants == 0)
		return false;
	*ret_bytes = str_make(f->data.bytes, f->data.n);
	return true;
}

static const struct pkg_sink_ops sink_ops = {sink_package, sink_fragment, sink_problem,
					     sink_sibling};

static void tell_rest(const struct record_sink *s)
{
	struct err rest = {0};

	if (s->n_problems <= LIMIT_FILE_PROBLEMS)
		return;
	err_set(&rest, ERR_LIMIT, "and %zu more problems: above file_problems (%d)",
		s->n_problems - LIMIT_FILE_PROBLEMS, (int)LIMIT_FILE_PROBLEMS);
	analysis_problem(s->a, s->pkgdb->id, s->file->path, &rest);
}

/*
 * One database: its DB item stands before its packages and is marked when the reader gave up or
 * left a record out.
 */
static void parse_file(struct analysis *a, const struct wanted_file *f, const struct pkgdb *pkgdb)
{
	struct record_sink s = {
		.sink = {&sink_ops, &a->scratch}, .a = a, .file = f, .pkgdb = pkgdb};
	struct pkgdb_input in = {f->path, str_make(f->data.bytes, f->data.n)};
	size_t start = a->record->n;
	struct err err = {0};

	if (in.bytes.n == 0 && !(pkgdb->flags & (PKGDB_DIRECTORY | PKGDB_MAY_BE_EMPTY)))
		return;
	record_add_db(a->record, str_of(pkgdb->id), f->path, true);
	if (pkgdb->flags & PKGDB_ALONE)
		record_set_node(a->record, start, f->data.node);
	if (is_full(a, &s.stopped) || pkgdb->parse(&in, &s.sink, &err) < 0) {
		analysis_problem(a, pkgdb->id, f->path, s.stopped.code ? &s.stopped : &err);
		s.is_partial = true;
	}
	if (s.is_partial)
		record_mark_partial(a->record, start);
	tell_rest(&s);
	arena_reset(&a->scratch);
}

/* Parses the file that was just read, where its readers want no other, and lets its bytes go. */
static void close_alone(struct analysis *a)
{
	struct wanted_file *f;
	struct tree view;

	if (!a->alone_open)
		return;
	a->alone_open = false;
	f = *(struct wanted_file **)vec_at(&a->files, a->files.n - 1);
	tree_builder_view(a->builder, &view);
	strbuf_reset(&a->path);
	tree_path(&view, f->data.node, &a->path);
	f->path = strbuf_str(&a->path);
	for (size_t i = 0; i < f->n_wants; i++)
		parse_file(a, f, f->wants[i].pkgdb);
	a->captured_bytes -= cost_of(a, f->data.n);
	vec_cut(&a->files, a->files.n - 1);
	free_file(f);
}

static void set_path(struct analysis *a, uint32_t node)
{
	struct tree view;

	tree_builder_view(a->builder, &view);
	strbuf_reset(&a->path);
	tree_path(&view, node, &a->path);
}

static bool wants_content(const struct wanted_file *f)
{
	for (size_t i = 0; i < f->n_wants; i++)
		if (!is_sign(&f->wants[i]))
			return true;
	return false;
}

/* ---- what rules look at ---- */

static bool is_privileged(const struct tree_entry *e)
{
	if (e->type != NODE_FILE && e->type != NODE_HARDLINK)
		return false;
	return e->capabilities.n || (e->mode & 04000 && e->mode & 0111) ||
	       (e->mode & 02000 && e->mode & 0010);
}

/* Where what anybody may write is run, or believed, by everybody. */
static bool is_of_system(struct str path)
{
	static const struct str folders[] = {
		STR("bin/"),	     STR("etc/"),	    STR("lib/"),
		STR("lib64/"),	     STR("sbin/"),	    STR("usr/bin/"),
		STR("usr/lib/"),     STR("usr/lib64/"),	    STR("usr/sbin/"),
		STR("usr/libexec/"), STR("usr/local/bin/"), STR("usr/local/sbin/"),
	};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (str_has_prefix(path, folders[i]))
			return true;
	return false;
}

static bool is_writable(const struct analysis *a, const struct tree_entry *e)
{
	bool sticky = e->type == NODE_DIR && e->mode & 01000;

	/* A program is believed wherever it lies. */
	return e->mode & 0002 && !sticky && e->type != NODE_SYMLINK &&
	       ((e->type == NODE_FILE && e->mode & 0111 && e->size > 0) ||
		is_of_system(strbuf_str(&a->path)));
}

/* a->path is the node's. */
static void note_file(struct analysis *a, const struct wanted_file *f, const struct tree_entry *e,
		      uint32_t node)
{
	const char *mark = NULL;
	struct err limit = {0};

	for (size_t i = 0; i < f->n_wants && e->type != NODE_SYMLINK && !mark; i++)
		if (f->wants[i].kind == WANT_MARK)
			mark = f->wants[i].mark->mark;
	if (!mark && e->type == NODE_FILE && e->mode & 0111)
		mark = path_mark_of_program(strbuf_str(&a->path));
	if (!mark && !is_privileged(e) && !is_writable(a, e))
		return;
	if (a->n_marked++ < LIMIT_MARKED_FILES) {
		record_add_file(a->record, node, e, str_of(mark));
	} else if (a->n_marked == LIMIT_MARKED_FILES + 1) {
		err_set(&limit, ERR_LIMIT,
			"more than marked_files (%d) files that rules look at; the rest is left "
			"out",
			(int)LIMIT_MARKED_FILES);
		analysis_loss(a, "files", strbuf_str(&a->path), &limit);
	}
}

/* a->path is the node's. */
static int look_at_node(struct analysis *a, const struct tree_entry *e, uint32_t node,
			struct capture **ret_capture, struct err *err)
{
	struct wanted_file f = {0};

	f.n_wants = path_index_match(a->index, strbuf_str(&a->path), e->type == NODE_DIR, f.wants);
	note_file(a, &f, e, node);
	for (size_t i = 0; i < f.n_wants && e->type != NODE_SYMLINK; i++)
		if (f.wants[i].kind == WANT_LANGUAGE)
			count_language(a, f.wants[i].language->ecosystem, node);
	if (e->type == NODE_SYMLINK) {
		if ((wants_content(&f) && !is_named_by_path(&f)) ||
		    path_index_is_way(a->index, strbuf_str(&a->path)))
			record_add_link(a->record, strbuf_str(&a->path));
		return 0;
	}
	if (wants_content(&f) && e->type == NODE_HARDLINK)
		return open_hard_link(a, &f, e, node, err);
	if (wants_content(&f))
		return open_capture(a, &f, e, node, ret_capture, err);
	if (e->type == NODE_FILE)
		open_head(a, e, node, ret_capture);
	return 0;
}

int analysis_entry(struct analysis *a, const struct tree_entry *e, struct capture **ret_capture,
		   struct err *err)
{
	struct err problem = {0};
	bool escaped = false;
	uint32_t node;
	int r = 0;

	*ret_capture = NULL;
	a->is_watched = false;
	close_head(a);
	close_alone(a);
	if (tree_add(a->builder, e, &node, &escaped, &problem) < 0) {
		if (problem.code == ERR_NOMEM) {
			if (err)
				*err = problem;
			return -ERR_NOMEM;
		}
		analysis_loss(a, "tar", str_sub(e->path, 0, 4096), &problem);
		return 0;
	}
	if (escaped) {
		err_set(&problem, ERR_FORMAT,
			"path leaves the root through \"..\"; held at the root");
		analysis_problem(a, "tar", str_sub(e->path, 0, 4096), &problem);
	}
	if (node == TREE_NONE || e->type == NODE_DEVICE || e->type == NODE_FIFO ||
	    e->type == NODE_WHITEOUT)
		return 0;
	if (e->type == NODE_DIR && !path_index_has_directories(a->index))
		return 0;
	set_path(a, node);
	if (a->watchers && e->type == NODE_FILE)
		r = watchers_file(a->watchers, e, node, strbuf_str(&a->path), &a->is_watched, err);
	return r < 0 ? r : look_at_node(a, e, node, ret_capture, err);
}

bool analysis_wants_content(const struct analysis *a)
{
	return a->is_watched;
}

int analysis_content(struct analysis *a, const struct tree_entry *e, struct stream *file,
		     struct err *err)
{
	return watchers_read(a->watchers, strbuf_str(&a->path), e->size, file, err);
}

static int finish_watches(struct analysis *a, struct err *err)
{
	struct tree view;

	if (!a->watchers)
		return 0;
	tree_builder_view(a->builder, &view);
	return watchers_finish(a->watchers, &view, err);
}

bool analysis_capture_data(struct capture *c, struct str piece, uint64_t offset)
{
	if (offset < c->n) {
		struct str fits = str_sub(piece, 0, c->n - offset);

		memcpy(c->bytes + offset, fits.p, fits.n);
	}
	return !c->head_only || offset + piece.n < c->n;
}

/* Drops what a later entry replaced, gives the rest their paths. */
static int settle_files(struct analysis *a, struct err *err)
{
	struct tree view;

	tree_builder_view(a->builder, &view);
	for (size_t i = 0; i < a->files.n; i++) {
		struct wanted_file *f = *(struct wanted_file **)vec_at(&a->files, i);

		if (!tree_is_alive(&view, f->data.node)) {
			f->n_wants = 0;
			continue;
		}
		strbuf_reset(&a->path);
		tree_path(&view, f->data.node, &a->path);
		f->path = arena_str(&a->arena, strbuf_str(&a->path));
		if (f->path.p && map_get(&a->by_path, f->path)) /* a directory told twice */
			f->n_wants = 0;
		else if (!f->path.p || map_put(&a->by_path, f->path, f) < 0)
			return err_nomem(err);
	}
	return 0;
}

static void parse_files(struct analysis *a)
{
	for (size_t i = 0; i < a->files.n; i++) {
		const struct wanted_file *f = *(struct wanted_file **)vec_at(&a->files, i);

		for (size_t w = 0; w < f->n_wants; w++) {
			const struct want *want = &f->wants[w];

			if (want->kind == WANT_KEPT || want->kind == WANT_BYTES)
				record_add_kept(a->record, f->path,
						str_make(f->data.bytes, f->data.n));
			else if (want->kind == WANT_PKGDB &&
				 !(want->pkgdb->flags & PKGDB_SIBLING_ONLY))
				parse_file(a, f, want->pkgdb);
		}
	}
}

/* Directories that only their files imply can name packages too (nix store, Homebrew). */
static int look_at_implied(struct analysis *a, struct err *err)
{
	struct tree_entry e = {.type = NODE_DIR};
	uint32_t last = TREE_ROOT; /* whose path a->path is */
	struct capture *unused;
	struct tree view;
	int r = 0;

	tree_builder_view(a->builder, &view);
	strbuf_reset(&a->path);
	for (uint32_t i = 1; i < view.n_nodes && r == 0; i++) {
		if (view.nodes[i].type != NODE_DIR || !(view.nodes[i].flags & NODE_IMPLIED))
			continue;
		/* Mostly a chain: a path of a thousand directories is not put together for each. */
		if (last != TREE_ROOT && view.nodes[i].parent == last)
			strbuf_addf(&a->path, "/%.*s", STR_FMT(tree_name(&view, i)));
		else
			set_path(a, i);
		last = i;
		r = look_at_node(a, &e, i, &unused, err);
	}
	return r;
}

static void count_unlisted(struct analysis *a)
{
	struct err rest = {0};

	if (a->n_problems < LIMIT_PROBLEMS)
		return;
	err_set(&rest, ERR_LIMIT, "%zu more problems of this layer are not listed (problems)",
		a->n_problems - (LIMIT_PROBLEMS - 1));
	record_add_problem(a->record, STR("layer"), STR_NULL, &rest);
}

int analysis_finish(struct analysis *a, struct layer_facts *facts, struct err *err)
{
	int r = 0;

	close_head(a);
	close_alone(a);
	if (path_index_has_directories(a->index))
		r = look_at_implied(a, err);
	if (r == 0)
		r = settle_files(a, err);
	if (r == 0 && a->lost_language)
		r = err_nomem(err);
	if (r < 0)
		return r;
	r = finish_watches(a, err);
	if (r < 0)
		return r;
	parse_files(a);
	count_unlisted(a);
	for (size_t i = 0; i < a->n_languages; i++)
		record_add_language(a->record, str_of(a->languages[i].ecosystem),
				    a->languages[i].nodes.p, a->languages[i].nodes.n);
	facts->stats = *tree_builder_stats(a->builder);
	facts->n_left_out = a->n_left_out;
	facts->is_for_once = a->is_for_once;
	return record_end(a->record, facts, a->builder, err);
}
