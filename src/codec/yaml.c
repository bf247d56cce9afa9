/* SPDX-License-Identifier: Apache-2.0 */
/* Its macros name functions that base/banned.h poisons: it must come first. */
#include <libfyaml.h>

#include "codec/yaml.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"

struct yaml_node {
	enum yaml_kind kind;
	bool plain;
	size_t line;			/* from 1 */
	struct str text;		/* of a scalar */
	const struct yaml_node **items; /* of a list; of a map key, value, key, value, ... */
	size_t n_items;
};

struct yaml {
	struct arena arena;
	struct vec documents; /* struct yaml_node * */
};

/* A collection that is still open. */
struct open {
	struct yaml_node *node;
	struct str anchor;
	size_t first; /* its items begin here in builder.items */
};

struct builder {
	struct yaml *file;
	struct open open[LIMIT_YAML_DEPTH];
	size_t depth;
	struct vec items;   /* const struct yaml_node *, of all open collections */
	struct map anchors; /* of this document: name to struct yaml_node */
	size_t n_nodes, n_aliases;
};

static struct str token_text(struct fy_token *token)
{
	size_t n = 0;
	const char *p = token ? fy_token_get_text(token, &n) : NULL;

	return str_make(p, p ? n : 0);
}

static size_t event_line(const struct fy_event *e)
{
	const struct fy_mark *mark = fy_event_start_mark((struct fy_event *)e);

	return mark && mark->line >= 0 ? (size_t)mark->line + 1 : 0;
}

static int add_anchor(struct builder *b, struct str name, struct yaml_node *node, struct err *err)
{
	struct str kept;

	if (name.n == 0)
		return 0;
	kept = arena_str(&b->file->arena, name);
	if (!kept.p || map_put(&b->anchors, kept, node) < 0)
		return err_nomem(err);
	return 0;
}

static struct yaml_node *new_node(struct builder *b, enum yaml_kind kind, size_t line,
				  struct err *err)
{
	struct yaml_node *node;

	if (++b->n_nodes > LIMIT_YAML_NODES) {
		(void)err_set(err, ERR_LIMIT, "line %zu: more than yaml_nodes (%d)", line,
			      (int)LIMIT_YAML_NODES);
		return NULL;
	}
	node = arena_alloc(&b->file->arena, sizeof *node);
	if (!node) {
		(void)err_nomem(err);
		return NULL;
	}
	*node = (struct yaml_node){.kind = kind, .line = line};
	return node;
}

/* Gives a finished node to the collection around it, or makes it a document. */
static int place(struct builder *b, const struct yaml_node *node, struct err *err)
{
	const struct yaml_node **slot = vec_push(b->depth ? &b->items : &b->file->documents);

	if (!slot)
		return err_set(err, ERR_LIMIT, "line %zu: more than yaml_nodes (%d)", node->line,
			       (int)LIMIT_YAML_NODES);
	*slot = node;
	return 0;
}

static int open_collection(struct builder *b, enum yaml_kind kind, struct str anchor, size_t line,
			   struct err *err)
{
	struct yaml_node *node;
	struct str kept = anchor.n ? arena_str(&b->file->arena, anchor) : STR_NULL;

	if (b->depth == LIMIT_YAML_DEPTH)
		return err_set(err, ERR_LIMIT, "line %zu: nested deeper than yaml_depth (%d)", line,
			       (int)LIMIT_YAML_DEPTH);
	node = new_node(b, kind, line, err);
	if (!node || (anchor.n && !kept.p))
		return node ? err_nomem(err)
			    : -(int)(b->n_nodes > LIMIT_YAML_NODES ? ERR_LIMIT : ERR_NOMEM);
	b->open[b->depth++] = (struct open){node, kept, b->items.n};
	return 0;
}

static int check_keys(const struct yaml_node *map, struct err *err)
{
	struct map seen;
	int r = 0;

	map_init(&seen, LIMIT_YAML_NODES);
	for (size_t i = 0; r == 0 && i + 1 < map->n_items; i += 2) {
		const struct yaml_node *key = map->items[i];

		/* A merge key may stand for several maps. */
		if (key->kind != YAML_SCALAR || (key->plain && str_is(key->text, "<<")))
			continue;
		if (map_get(&seen, key->text))
			r = err_set(err, ERR_FORMAT, "line %zu: key \"%.*s\" is there twice",
				    key->line, STR_FMT(str_sub(key->text, 0, 100)));
		else if (map_put(&seen, key->text, (void *)key) < 0)
			r = err_nomem(err);
	}
	map_done(&seen);
	return r;
}

static int close_collection(struct builder *b, struct err *err)
{
	struct open *o;
	struct yaml_node *node;
	int r = 0;

	if (b->depth == 0)
		return err_set(err, ERR_BUG, "end of no collection");
	o = &b->open[--b->depth];
	node = o->node;
	node->n_items = b->items.n - o->first;
	if (node->n_items) {
		node->items = arena_array(&b->file->arena, node->n_items, sizeof *node->items);
		if (!node->items)
			return err_nomem(err);
		memcpy(node->items, vec_at(&b->items, o->first),
		       node->n_items * sizeof *node->items);
	}
	vec_cut(&b->items, o->first);
	if (node->kind == YAML_MAP)
		r = check_keys(node, err);
	if (r == 0)
		r = add_anchor(b, o->anchor, node, err);
	return r < 0 ? r : place(b, node, err);
}

static int add_scalar(struct builder *b, const struct fy_event *e, struct err *err)
{
	struct yaml_node *node = new_node(b, YAML_SCALAR, event_line(e), err);
	struct str text = token_text(e->scalar.value);
	int r;

	if (!node)
		return -(int)(b->n_nodes > LIMIT_YAML_NODES ? ERR_LIMIT : ERR_NOMEM);
	node->plain = !e->scalar.value || fy_token_scalar_style(e->scalar.value) == FYSS_PLAIN;
	node->text = arena_str(&b->file->arena, text);
	if (!node->text.p)
		return err_nomem(err);
	r = add_anchor(b, token_text(e->scalar.anchor), node, err);
	return r < 0 ? r : place(b, node, err);
}

static int add_alias(struct builder *b, const struct fy_event *e, struct err *err)
{
	struct str name = token_text(e->alias.anchor);
	const struct yaml_node *node = map_get(&b->anchors, name);

	if (++b->n_aliases > LIMIT_YAML_ALIASES)
		return err_set(err, ERR_LIMIT, "line %zu: more than yaml_aliases (%d)",
			       event_line(e), (int)LIMIT_YAML_ALIASES);
	/* Also when the collection is still open: a node cannot hold itself. */
	if (!node)
		return err_set(err, ERR_FORMAT, "line %zu: no anchor \"%.*s\" before this",
			       event_line(e), STR_FMT(str_sub(name, 0, 100)));
	return place(b, node, err);
}

static int add_event(struct builder *b, const struct fy_event *e, struct err *err)
{
	switch (e->type) {
	case FYET_MAPPING_START:
		return open_collection(b, YAML_MAP, token_text(e->mapping_start.anchor),
				       event_line(e), err);
	case FYET_SEQUENCE_START:
		return open_collection(b, YAML_LIST, token_text(e->sequence_start.anchor),
				       event_line(e), err);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return close_collection(b, err);
	case FYET_SCALAR:
		return add_scalar(b, e, err);
	case FYET_ALIAS:
		return add_alias(b, e, err);
	case FYET_DOCUMENT_START:
		map_done(&b->anchors);
		map_init(&b->anchors, LIMIT_YAML_NODES);
		return 0;
	case FYET_DOCUMENT_END:
	case FYET_STREAM_START:
	case FYET_STREAM_END:
	case FYET_NONE:
		return 0;
	}
	return 0;
}

/* libfyaml's own message: the first error it collected. */
static int parser_error(struct fy_parser *parser, struct err *err)
{
	struct fy_diag *diag = fy_parser_get_diag(parser);
	struct fy_diag_error *first = NULL;
	void *iter = NULL;
	int r;

	if (diag)
		first = fy_diag_errors_iterate(diag, &iter);
	if (first && first->msg)
		r = err_set(err, ERR_FORMAT, "line %d, column %d: %s", first->line, first->column,
			    first->msg);
	else
		r = err_set(err, ERR_FORMAT, "not YAML");
	if (diag)
		fy_diag_unref(diag);
	return r;
}

static int read_events(struct builder *b, struct fy_parser *parser, struct err *err)
{
	struct fy_event *e;
	bool ended = false;
	int r = 0;

	while (r == 0 && (e = fy_parser_parse(parser))) {
		ended = e->type == FYET_STREAM_END;
		r = add_event(b, e, err);
		fy_parser_event_free(parser, e);
	}
	if (r == 0 && !ended && fy_parser_get_stream_error(parser))
		return parser_error(parser, err);
	return r;
}

static int build(struct yaml *file, struct fy_parser *parser, struct str bytes, struct err *err)
{
	struct builder b = {
		.file = file,
		.items = VEC_INIT(const struct yaml_node *, LIMIT_YAML_NODES),
	};
	int r;

	map_init(&b.anchors, LIMIT_YAML_NODES);
	if (fy_parser_set_string(parser, bytes.p, bytes.n) != 0)
		r = err_nomem(err);
	else
		r = read_events(&b, parser, err);
	vec_done(&b.items);
	map_done(&b.anchors);
	return r;
}

int yaml_parse(struct str bytes, struct yaml **ret, struct err *err)
{
	struct fy_diag_cfg diag_cfg;
	struct fy_diag *diag;
	struct fy_parser *parser;
	CLEANUP(yaml_freep) struct yaml *file = NULL;
	int r;

	if (bytes.n > LIMIT_YAML_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes of YAML: more than yaml_bytes (%d)",
			       bytes.n, (int)LIMIT_YAML_BYTES);
	file = calloc(1, sizeof *file);
	if (!file)
		return err_nomem(err);
	arena_init(&file->arena, LIMIT_ARENA_BYTES);
	file->documents = (struct vec)VEC_INIT(const struct yaml_node *, LIMIT_YAML_NODES);
	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.colorize = false;
	diag = fy_diag_create(&diag_cfg);
	if (diag)
		fy_diag_set_collect_errors(diag, true);
	parser = diag ? fy_parser_create(&(struct fy_parse_cfg){
				.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DISABLE_MMAP_OPT,
				.diag = diag})
		      : NULL;
	r = parser ? build(file, parser, bytes, err) : err_nomem(err);
	if (parser)
		fy_parser_destroy(parser);
	if (diag)
		fy_diag_destroy(diag);
	if (r == 0)
		*ret = TAKE(file);
	return r;
}

void yaml_free(struct yaml *file)
{
	if (!file)
		return;
	vec_done(&file->documents);
	arena_done(&file->arena);
	free(file);
}

void yaml_freep(struct yaml **file)
{
	yaml_free(*file);
	*file = NULL;
}

size_t yaml_n_documents(const struct yaml *file)
{
	return file->documents.n;
}

const struct yaml_node *yaml_document(const struct yaml *file, size_t i)
{
	const struct yaml_node *const *slot = vec_at(&file->documents, i);

	return slot ? *slot : NULL;
}

enum yaml_kind yaml_kind_of(const struct yaml_node *node)
{
	return node ? node->kind : YAML_ABSENT;
}

struct str yaml_str(const struct yaml_node *node)
{
	return yaml_kind_of(node) == YAML_SCALAR ? node->text : STR_NULL;
}

bool yaml_is_plain(const struct yaml_node *node)
{
	return yaml_kind_of(node) == YAML_SCALAR && node->plain;
}

size_t yaml_line(const struct yaml_node *node)
{
	return node ? node->line : 0;
}

size_t yaml_len(const struct yaml_node *node)
{
	if (!node)
		return 0;
	return node->kind == YAML_MAP ? node->n_items / 2 : node->n_items;
}

const struct yaml_node *yaml_at(const struct yaml_node *list, size_t i)
{
	return yaml_kind_of(list) == YAML_LIST && i < list->n_items ? list->items[i] : NULL;
}

bool yaml_entry(const struct yaml_node *map, size_t i, const struct yaml_node **ret_key,
		const struct yaml_node **ret_value)
{
	if (yaml_kind_of(map) != YAML_MAP || i >= map->n_items / 2)
		return false;
	*ret_key = map->items[2 * i];
	*ret_value = map->items[2 * i + 1];
	return true;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	const struct yaml_node *k, *value;

	for (size_t i = 0; yaml_entry(map, i, &k, &value); i++)
		if (k->kind == YAML_SCALAR && str_is(k->text, key))
			return value;
	return NULL;
}

struct str yaml_get_str(const struct yaml_node *map, const char *key)
{
	return yaml_str(yaml_get(map, key));
}
