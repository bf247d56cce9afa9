/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"

struct yaml_node {
	enum yaml_kind kind;
	bool plain;
	uint8_t tag; /* enum yaml_tag */
	uint16_t source;
	struct yaml_place place;
	struct str text;		/* of a scalar */
	const struct yaml_node **items; /* of a list; of a map key, value, key, value, ... */
	size_t n_items;
	/* Of a large map that was read: places in `items` of its scalar keys, by their text. */
	const struct yaml_node *const **by_key;
	size_t n_by_key;
};

/* A map of fewer entries is walked. */
#define INDEXED_MIN 17

struct yaml_file {
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
	struct yaml_file *file;
	struct open open[LIMIT_YAML_DEPTH];
	size_t depth;
	struct vec items;   /* const struct yaml_node *, of all open collections */
	struct map anchors; /* of this document: name to struct yaml_node */
	size_t n_nodes, n_aliases;
	uint16_t source;
};

static struct str anchor_name(const yaml_char_t *name)
{
	return str_of((const char *)name);
}

static size_t event_line(const yaml_event_t *e)
{
	return e->start_mark.line + 1;
}

/* Lines and columns of a file of yaml_bytes fit. */
static struct yaml_place event_place(const yaml_event_t *e)
{
	return (struct yaml_place){.line = (uint32_t)e->start_mark.line + 1,
				   .column = (uint32_t)e->start_mark.column + 1,
				   .end_line = (uint32_t)e->end_mark.line + 1,
				   .end_column = (uint32_t)e->end_mark.column + 1};
}

static enum yaml_tag event_tag(const yaml_event_t *e)
{
	const yaml_char_t *tag = NULL;

	if (e->type == YAML_SCALAR_EVENT)
		tag = e->data.scalar.tag;
	else if (e->type == YAML_SEQUENCE_START_EVENT)
		tag = e->data.sequence_start.tag;
	else if (e->type == YAML_MAPPING_START_EVENT)
		tag = e->data.mapping_start.tag;
	if (tag && strcmp((const char *)tag, "!reset") == 0)
		return YAML_TAG_RESET;
	return tag && strcmp((const char *)tag, "!override") == 0 ? YAML_TAG_OVERRIDE
								  : YAML_TAG_OTHER;
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

static struct yaml_node *new_node(struct builder *b, enum yaml_kind kind, const yaml_event_t *e,
				  struct err *err)
{
	struct yaml_node *node;

	if (++b->n_nodes > LIMIT_YAML_NODES) {
		(void)err_set(err, ERR_LIMIT, "line %zu: more than yaml_nodes (%d)", event_line(e),
			      (int)LIMIT_YAML_NODES);
		return NULL;
	}
	node = arena_alloc(&b->file->arena, sizeof *node);
	if (!node) {
		(void)err_nomem(err);
		return NULL;
	}
	*node = (struct yaml_node){.kind = kind,
				   .tag = (uint8_t)event_tag(e),
				   .source = b->source,
				   .place = event_place(e)};
	return node;
}

/* Gives a finished node to the collection around it, or makes it a document. */
static int place(struct builder *b, const struct yaml_node *node, struct err *err)
{
	const struct yaml_node **slot = vec_push(b->depth ? &b->items : &b->file->documents);

	if (!slot)
		return err_set(err, ERR_LIMIT, "line %zu: more than yaml_nodes (%d)",
			       (size_t)node->place.line, (int)LIMIT_YAML_NODES);
	*slot = node;
	return 0;
}

static int open_collection(struct builder *b, enum yaml_kind kind, const yaml_char_t *name,
			   const yaml_event_t *e, struct err *err)
{
	struct str anchor = anchor_name(name);
	struct yaml_node *node;
	struct str kept = anchor.n ? arena_str(&b->file->arena, anchor) : STR_NULL;

	if (b->depth == LIMIT_YAML_DEPTH)
		return err_set(err, ERR_LIMIT, "line %zu: nested deeper than yaml_depth (%d)",
			       event_line(e), (int)LIMIT_YAML_DEPTH);
	node = new_node(b, kind, e, err);
	if (!node || (anchor.n && !kept.p))
		return node ? err_nomem(err)
			    : -(int)(b->n_nodes > LIMIT_YAML_NODES ? ERR_LIMIT : ERR_NOMEM);
	b->open[b->depth++] = (struct open){node, kept, b->items.n};
	return 0;
}

static bool is_merge(const struct yaml_node *key)
{
	return key->kind == YAML_SCALAR && key->plain && str_is(key->text, "<<");
}

static const struct yaml_node *item_at(const struct builder *b, size_t i)
{
	return *(const struct yaml_node *const *)vec_at(&b->items, i);
}

/* The keys of the open map whose items begin at `first`; a merge key may stand for several maps. */
static int own_keys(struct builder *b, size_t first, struct map *seen, bool *ret_merges,
		    struct err *err)
{
	int r = 0;

	for (size_t i = first; r == 0 && i + 1 < b->items.n; i += 2) {
		const struct yaml_node *key = item_at(b, i);

		if (is_merge(key))
			*ret_merges = true;
		else if (key->kind == YAML_SCALAR && map_get(seen, key->text))
			r = err_set(err, ERR_FORMAT,
				    "line %zu, column %zu: key \"%.*s\" is there twice",
				    (size_t)key->place.line, (size_t)key->place.column,
				    STR_FMT(str_sub(key->text, 0, 100)));
		else if (key->kind == YAML_SCALAR && map_put(seen, key->text, (void *)key) < 0)
			r = err_nomem(err);
	}
	return r;
}

/* Appends the pairs of a map, or of a list of maps, whose keys are not there yet. */
static int merge(struct builder *b, struct map *seen, const struct yaml_node *from, struct err *err)
{
	bool is_list = from->kind == YAML_LIST;
	int r = 0;

	for (size_t i = 0; r == 0 && is_list && i < from->n_items; i++)
		if (from->items[i]->kind == YAML_MAP)
			r = merge(b, seen, from->items[i], err);
	for (size_t i = 0; r == 0 && from->kind == YAML_MAP && i < from->n_items; i += 2) {
		const struct yaml_node *key = from->items[i], **slot;

		if (key->kind == YAML_SCALAR && map_get(seen, key->text))
			continue;
		if (key->kind == YAML_SCALAR && map_put(seen, key->text, (void *)key) < 0)
			return err_nomem(err);
		for (size_t k = 0; k < 2; k++) {
			if (++b->n_nodes > LIMIT_YAML_NODES || !(slot = vec_push(&b->items)))
				return err_set(err, ERR_LIMIT,
					       "line %zu: more than yaml_nodes (%d), merged ones "
					       "counted",
					       (size_t)key->place.line, (int)LIMIT_YAML_NODES);
			*slot = from->items[i + k];
		}
	}
	return r;
}

/* Refuses a key that is there twice; puts what "<<" merges behind the own pairs. */
static int resolve_keys(struct builder *b, size_t first, bool *ret_merges, struct err *err)
{
	size_t end = b->items.n;
	struct map seen;
	int r;

	map_init(&seen, LIMIT_YAML_NODES);
	r = own_keys(b, first, &seen, ret_merges, err);
	for (size_t i = first; r == 0 && *ret_merges && i + 1 < end; i += 2)
		if (is_merge(item_at(b, i)))
			r = merge(b, &seen, item_at(b, i + 1), err);
	map_done(&seen);
	return r;
}

/* The items of the collection that ends, without its merge keys. */
static int take_items(struct builder *b, size_t first, bool merges, struct yaml_node *node,
		      struct err *err)
{
	size_t n = b->items.n - first;

	node->items = arena_array(&b->file->arena, n, sizeof *node->items);
	if (n > 0 && !node->items)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		if (merges && i % 2 == 0 && is_merge(item_at(b, first + i)))
			i++;
		else
			node->items[node->n_items++] = item_at(b, first + i);
	}
	return 0;
}

static int compare_keys(const void *a, const void *b)
{
	const struct yaml_node *const *const *x = a, *const *const *y = b;

	return str_cmp((**x)->text, (**y)->text);
}

static int index_keys(struct builder *b, struct yaml_node *map, struct err *err)
{
	size_t n = map->n_items / 2;

	if (n < INDEXED_MIN)
		return 0;
	map->by_key = arena_array(&b->file->arena, n, sizeof *map->by_key);
	if (!map->by_key)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++)
		if (map->items[2 * i]->kind == YAML_SCALAR)
			map->by_key[map->n_by_key++] = &map->items[2 * i];
	qsort(map->by_key, map->n_by_key, sizeof *map->by_key, compare_keys);
	return 0;
}

static int close_collection(struct builder *b, const yaml_event_t *e, struct err *err)
{
	struct open *o;
	struct yaml_node *node;
	bool merges = false;
	int r = 0;

	if (b->depth == 0)
		return err_set(err, ERR_BUG, "end of no collection");
	o = &b->open[--b->depth];
	node = o->node;
	node->place.end_line = event_place(e).end_line;
	node->place.end_column = event_place(e).end_column;
	if (node->kind == YAML_MAP)
		r = resolve_keys(b, o->first, &merges, err);
	if (r == 0)
		r = take_items(b, o->first, merges, node, err);
	if (r == 0 && node->kind == YAML_MAP)
		r = index_keys(b, node, err);
	vec_cut(&b->items, o->first);
	if (r == 0)
		r = add_anchor(b, o->anchor, node, err);
	return r < 0 ? r : place(b, node, err);
}

static int add_scalar(struct builder *b, const yaml_event_t *e, struct err *err)
{
	struct yaml_node *node = new_node(b, YAML_SCALAR, e, err);
	int r;

	if (!node)
		return -(int)(b->n_nodes > LIMIT_YAML_NODES ? ERR_LIMIT : ERR_NOMEM);
	node->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->text =
		arena_str(&b->file->arena, str_make(e->data.scalar.value, e->data.scalar.length));
	if (!node->text.p)
		return err_nomem(err);
	r = add_anchor(b, anchor_name(e->data.scalar.anchor), node, err);
	return r < 0 ? r : place(b, node, err);
}

static int add_alias(struct builder *b, const yaml_event_t *e, struct err *err)
{
	struct str name = anchor_name(e->data.alias.anchor);
	const struct yaml_node *node = map_get(&b->anchors, name);

	if (++b->n_aliases > LIMIT_YAML_ALIASES)
		return err_set(err, ERR_LIMIT, "line %zu: more than yaml_aliases (%d)",
			       event_line(e), (int)LIMIT_YAML_ALIASES);
	/* Also when the collection is still open: a node cannot hold itself. */
	if (!node)
		return err_set(
			err, ERR_FORMAT, "line %zu, column %zu: no anchor \"%.*s\" before this",
			event_line(e), e->start_mark.column + 1, STR_FMT(str_sub(name, 0, 100)));
	return place(b, node, err);
}

static int add_event(struct builder *b, const yaml_event_t *e, struct err *err)
{
	switch (e->type) {
	case YAML_MAPPING_START_EVENT:
		return open_collection(b, YAML_MAP, e->data.mapping_start.anchor, e, err);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(b, YAML_LIST, e->data.sequence_start.anchor, e, err);
	case YAML_MAPPING_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
		return close_collection(b, e, err);
	case YAML_SCALAR_EVENT:
		return add_scalar(b, e, err);
	case YAML_ALIAS_EVENT:
		return add_alias(b, e, err);
	case YAML_DOCUMENT_START_EVENT:
		map_done(&b->anchors);
		map_init(&b->anchors, LIMIT_YAML_NODES);
		return 0;
	case YAML_DOCUMENT_END_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_NO_EVENT:
		return 0;
	}
	return 0;
}

static int parser_error(const yaml_parser_t *parser, struct err *err)
{
	char where[128] = "";

	if (parser->error == YAML_MEMORY_ERROR)
		return err_nomem(err);
	/* "while parsing a flow sequence": the bracket that is left open is where to look. */
	if (parser->context && parser->context_mark.line != parser->problem_mark.line)
		(void)snprintf(where, sizeof where, " %s that begins on line %zu", parser->context,
			       parser->context_mark.line + 1);
	return err_set(err, ERR_FORMAT, "line %zu, column %zu: %s%s", parser->problem_mark.line + 1,
		       parser->problem_mark.column + 1,
		       parser->problem ? parser->problem : "not YAML", where);
}

static int read_events(struct builder *b, yaml_parser_t *parser, struct err *err)
{
	bool ended = false;
	int r = 0;

	while (r == 0 && !ended) {
		yaml_event_t e;

		if (!yaml_parser_parse(parser, &e))
			return parser_error(parser, err);
		ended = e.type == YAML_STREAM_END_EVENT;
		r = add_event(b, &e, err);
		yaml_event_delete(&e);
	}
	return r;
}

static int build(struct yaml_file *file, struct str bytes, uint16_t source, struct err *err)
{
	struct builder b = {
		.file = file,
		.source = source,
		.items = VEC_INIT(const struct yaml_node *, LIMIT_YAML_NODES),
	};
	yaml_parser_t parser;
	int r;

	/* libyaml would count the mark as a column, and find the lines below indented less. */
	(void)str_pull_prefix(&bytes, STR("\xef\xbb\xbf"));
	if (!yaml_parser_initialize(&parser))
		return err_nomem(err);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)(bytes.p ? bytes.p : ""),
				     bytes.n);
	map_init(&b.anchors, LIMIT_YAML_NODES);
	r = read_events(&b, &parser, err);
	vec_done(&b.items);
	map_done(&b.anchors);
	yaml_parser_delete(&parser);
	return r;
}

static int refuse_bytes(struct str bytes, struct err *err)
{
	size_t at = str_find_no_utf8(bytes), line = 1, start = 0;

	for (size_t i = 0; i < at; i++)
		if (bytes.p[i] == '\n') {
			line++;
			start = i + 1;
		}
	return err_set(err, ERR_FORMAT, "line %zu, byte %zu of it: not UTF-8: 0x%02x", line,
		       at - start + 1, (unsigned char)bytes.p[at]);
}

int yaml_parse(struct str bytes, struct yaml_file **ret, struct err *err)
{
	return yaml_parse_source(bytes, 0, ret, err);
}

int yaml_parse_source(struct str bytes, uint16_t source, struct yaml_file **ret, struct err *err)
{
	CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
	int r;

	if (bytes.n > LIMIT_YAML_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes of YAML: more than yaml_bytes (%d)",
			       bytes.n, (int)LIMIT_YAML_BYTES);
	if (!str_is_utf8(bytes))
		return refuse_bytes(bytes, err);
	file = calloc(1, sizeof *file);
	if (!file)
		return err_nomem(err);
	arena_init(&file->arena, LIMIT_ARENA_BYTES);
	file->documents = (struct vec)VEC_INIT(const struct yaml_node *, LIMIT_YAML_NODES);
	r = build(file, bytes, source, err);
	if (r == 0)
		*ret = TAKE(file);
	return r;
}

void yaml_file_free(struct yaml_file *file)
{
	if (!file)
		return;
	vec_done(&file->documents);
	arena_done(&file->arena);
	free(file);
}

void yaml_file_freep(struct yaml_file **file)
{
	yaml_file_free(*file);
	*file = NULL;
}

size_t yaml_file_size(const struct yaml_file *file)
{
	return file ? file->arena.used : 0;
}

size_t yaml_n_documents(const struct yaml_file *file)
{
	return file->documents.n;
}

const struct yaml_node *yaml_document(const struct yaml_file *file, size_t i)
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
	return node ? (size_t)node->place.line : 0;
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

struct yaml_place yaml_place(const struct yaml_node *node)
{
	return node ? node->place : (struct yaml_place){0};
}

static const struct yaml_node *find_indexed(const struct yaml_node *map, struct str key)
{
	size_t low = 0, high = map->n_by_key;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = str_cmp(map->by_key[middle][0]->text, key);

		if (order == 0)
			return map->by_key[middle][1];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct yaml_node *yaml_find(const struct yaml_node *map, struct str key)
{
	const struct yaml_node *k, *value;

	if (map && map->by_key)
		return find_indexed(map, key);
	for (size_t i = 0; yaml_entry(map, i, &k, &value); i++)
		if (k->kind == YAML_SCALAR && str_eq(k->text, key))
			return value;
	return NULL;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	return yaml_find(map, str_of(key));
}

struct str yaml_get_str(const struct yaml_node *map, const char *key)
{
	return yaml_str(yaml_get(map, key));
}

enum yaml_tag yaml_tag(const struct yaml_node *node)
{
	return node ? (enum yaml_tag)node->tag : YAML_TAG_OTHER;
}

uint16_t yaml_source(const struct yaml_node *node)
{
	return node ? node->source : 0;
}

const struct yaml_node *yaml_make_scalar(struct arena *a, struct str text,
					 const struct yaml_node *like)
{
	struct yaml_node *node = arena_alloc(a, sizeof *node);

	if (node)
		*node = (struct yaml_node){.kind = YAML_SCALAR,
					   .plain = yaml_is_plain(like),
					   .source = yaml_source(like),
					   .place = yaml_place(like),
					   .text = text};
	return node;
}

const struct yaml_node *yaml_make_text(struct arena *a, struct str text, struct yaml_place place,
				       uint16_t source)
{
	struct yaml_node *node = arena_alloc(a, sizeof *node);

	if (node)
		*node = (struct yaml_node){
			.kind = YAML_SCALAR, .source = source, .place = place, .text = text};
	return node;
}

const struct yaml_node *yaml_make(struct arena *a, enum yaml_kind kind,
				  const struct yaml_node **items, size_t n_items,
				  const struct yaml_node *like)
{
	struct yaml_node *node = arena_alloc(a, sizeof *node);

	if (node)
		*node = (struct yaml_node){.kind = kind,
					   .tag = (uint8_t)yaml_tag(like),
					   .source = yaml_source(like),
					   .place = yaml_place(like),
					   .items = items,
					   .n_items = n_items};
	return node;
}
