/* SPDX-License-Identifier: Apache-2.0 */
/*
 *     OFFSET   SIZE   DESCRIPTION
 *     0        8      magic "PLMLAYER"
 *     8        8      record_build_id of the program that wrote it
 *     16       8      checksum of all that follows
 *     24       8      size of the items, a multiple of 8
 *     32       ..     struct layer_facts
 *     ..       ..     items: u32 kind, u32 size of the payload, payload
 *     ..       ..     the frozen tree (image/tree.c)
 */
#include "scan/layer_record.h"

#include <elf.h>
#include <link.h>

#include "base/cursor.h"
#include "codec/checksum.h"

struct record_header {
	char magic[8];
	uint64_t build_id;
	uint64_t checksum;
	uint64_t items_bytes;
	struct layer_facts facts;
};

_Static_assert(sizeof(struct record_header) % 8 == 0, "the tree behind it must stay aligned");

#define CHECKED_FROM offsetof(struct record_header, items_bytes)

static const char record_magic[8] = {'P', 'L', 'M', 'L', 'A', 'Y', 'E', 'R'};

static void put_u32(struct strbuf *sb, uint32_t v)
{
	strbuf_add_bytes(sb, &v, sizeof v);
}

static void put_str(struct strbuf *sb, struct str s)
{
	put_u32(sb, (uint32_t)s.n);
	strbuf_add(sb, s);
}

static void put_list(struct strbuf *sb, struct str_list l)
{
	put_u32(sb, (uint32_t)l.n);
	for (size_t i = 0; i < l.n; i++)
		put_str(sb, l.p[i]);
}

/* Opens an item; its size is filled in by item_end. Returns where the payload starts. */
static size_t item_begin(struct strbuf *sb, enum record_kind kind)
{
	put_u32(sb, kind);
	put_u32(sb, 0);
	return sb->n;
}

static void item_end(struct strbuf *sb, size_t start)
{
	uint32_t size = (uint32_t)(sb->n - start);

	if (sb->error == ERR_OK)
		memcpy(sb->p + start - sizeof size, &size, sizeof size);
}

void record_begin(struct strbuf *sb)
{
	static const struct record_header empty;

	strbuf_add_bytes(sb, &empty, sizeof empty);
}

void record_add_db(struct strbuf *sb, struct str parser, struct str path, bool is_whole)
{
	size_t start = item_begin(sb, RECORD_DB);

	put_u32(sb, is_whole);
	put_u32(sb, TREE_NONE);
	put_str(sb, parser);
	put_str(sb, path);
	item_end(sb, start);
}

void record_mark_partial(struct strbuf *sb, size_t at)
{
	if (sb->error == ERR_OK)
		memset(sb->p + at + 2 * sizeof(uint32_t), 0, sizeof(uint32_t));
}

void record_set_node(struct strbuf *sb, size_t at, uint32_t node)
{
	if (sb->error == ERR_OK)
		memcpy(sb->p + at + 3 * sizeof(uint32_t), &node, sizeof node);
}

void record_add_package(struct strbuf *sb, enum record_kind kind, const struct package *p)
{
	const struct str texts[] = {p->type,	       p->namespace, p->name,
				    p->version,	       p->arch,	     p->source_name,
				    p->source_version, p->vendor,    p->modularity};
	size_t start = item_begin(sb, kind);

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		put_str(sb, texts[i]);
	put_list(sb, p->licenses);
	put_list(sb, p->attributes);
	put_list(sb, p->files);
	item_end(sb, start);
}

void record_add_problem(struct strbuf *sb, struct str parser, struct str path,
			const struct err *what)
{
	size_t start = item_begin(sb, RECORD_PROBLEM);

	put_str(sb, parser);
	put_str(sb, path);
	put_u32(sb, what->code);
	put_str(sb, str_of(what->msg));
	item_end(sb, start);
}

void record_add_kept(struct strbuf *sb, struct str path, struct str bytes)
{
	size_t start = item_begin(sb, RECORD_KEPT);

	put_str(sb, path);
	put_str(sb, bytes);
	item_end(sb, start);
}

void record_add_link(struct strbuf *sb, struct str path)
{
	size_t start = item_begin(sb, RECORD_LINK);

	put_str(sb, path);
	item_end(sb, start);
}

static void put_u64(struct strbuf *sb, uint64_t v)
{
	strbuf_add_bytes(sb, &v, sizeof v);
}

void record_add_file(struct strbuf *sb, uint32_t node, const struct tree_entry *e, struct str mark)
{
	size_t start = item_begin(sb, RECORD_FILE);

	put_u32(sb, node);
	put_u64(sb, e->uid);
	put_u64(sb, e->gid);
	put_str(sb, mark);
	put_str(sb, e->capabilities);
	item_end(sb, start);
}

void record_add_program(struct strbuf *sb, uint32_t node, struct str bytes)
{
	size_t start = item_begin(sb, RECORD_PROGRAM);

	put_u32(sb, node);
	put_str(sb, bytes);
	item_end(sb, start);
}

void record_add_secret(struct strbuf *sb, uint32_t node, const struct record_secret *secret)
{
	size_t start = item_begin(sb, RECORD_SECRET);

	put_u32(sb, node);
	put_u32(sb, secret->permille);
	put_u64(sb, secret->line);
	put_u64(sb, secret->column);
	put_u64(sb, secret->offset);
	put_u64(sb, secret->n_places);
	put_str(sb, secret->rule);
	put_str(sb, secret->inner);
	put_str(sb, secret->redacted);
	put_str(sb, secret->fingerprint);
	put_str(sb, secret->key);
	item_end(sb, start);
}

void record_add_watched(struct strbuf *sb, struct str watch, uint64_t n_parts, bool is_whole)
{
	size_t start = item_begin(sb, RECORD_WATCHED);

	put_u32(sb, is_whole);
	put_u64(sb, n_parts);
	put_str(sb, watch);
	item_end(sb, start);
}

void record_add_language(struct strbuf *sb, struct str ecosystem, const uint32_t *nodes, size_t n)
{
	size_t start = item_begin(sb, RECORD_LANGUAGE);

	put_str(sb, ecosystem);
	put_str(sb, str_make(nodes, n * sizeof *nodes));
	item_end(sb, start);
}

void record_add_elf(struct strbuf *sb, uint32_t node, uint32_t flags, struct str interpreter,
		    struct str runpath)
{
	size_t start = item_begin(sb, RECORD_ELF);

	put_u32(sb, node);
	put_u32(sb, flags);
	put_str(sb, interpreter);
	put_str(sb, runpath);
	item_end(sb, start);
}

void record_add_malware(struct strbuf *sb, uint32_t node, struct str path,
			const struct record_malware *m)
{
	size_t start = item_begin(sb, RECORD_MALWARE);

	put_u32(sb, node);
	put_u32(sb, m->engine);
	put_u32(sb, m->severity);
	strbuf_add_bytes(sb, &m->confidence, sizeof m->confidence);
	put_str(sb, path);
	put_str(sb, m->rule);
	put_str(sb, m->title);
	put_str(sb, m->source);
	put_str(sb, m->detail);
	put_str(sb, m->reference);
	item_end(sb, start);
}

void record_add_malware_tally(struct strbuf *sb, uint32_t engine, struct str about,
			      uint64_t n_files, uint64_t n_failed)
{
	size_t start = item_begin(sb, RECORD_MALWARE_TALLY);

	put_u32(sb, engine);
	put_u64(sb, n_files);
	put_u64(sb, n_failed);
	put_str(sb, about);
	item_end(sb, start);
}

void record_add_contents(struct strbuf *sb, struct str contents)
{
	size_t start = item_begin(sb, RECORD_CONTENTS);

	put_str(sb, contents);
	item_end(sb, start);
}

int record_end(struct strbuf *sb, const struct layer_facts *facts, struct tree_builder *b,
	       struct err *err)
{
	struct record_header *header;
	uint64_t items_bytes;
	int r;

	while (sb->n % 8 && sb->error == ERR_OK)
		strbuf_addc(sb, '\0');
	items_bytes = sb->n - sizeof *header;
	r = tree_freeze(b, sb, err);
	if (r < 0)
		return r;
	header = (struct record_header *)sb->p;
	memcpy(header->magic, record_magic, sizeof record_magic);
	header->build_id = record_build_id();
	header->items_bytes = items_bytes;
	header->facts = *facts;
	header->checksum = checksum_of(str_skip(strbuf_str(sb), CHECKED_FROM));
	return 0;
}

int layer_record_read(struct str bytes, struct layer_record *ret, struct err *err)
{
	struct record_header header;
	struct cursor c = cursor_make(bytes);
	struct str head = cursor_take(&c, sizeof header);
	int r;

	if (c.failed || memcmp(head.p, record_magic, sizeof record_magic) != 0)
		return err_set(err, ERR_FORMAT, "not a layer record");
	memcpy(&header, head.p, sizeof header);
	if (header.build_id != record_build_id())
		return err_set(err, ERR_FORMAT, "layer record of another build");
	if (header.checksum != checksum_of(str_skip(bytes, CHECKED_FROM)))
		return err_set(err, ERR_FORMAT, "layer record does not match its checksum");
	ret->facts = header.facts;
	ret->items = cursor_take(&c, header.items_bytes);
	if (c.failed)
		return err_set(err, ERR_FORMAT, "layer record cut short");
	r = tree_read(&c, &ret->tree, err);
	return r < 0 ? err_wrap(err, r, "layer record") : 0;
}

static uint32_t get_u32(struct cursor *c)
{
	struct str s = cursor_take(c, 4);
	uint32_t v = 0;

	if (s.n)
		memcpy(&v, s.p, sizeof v);
	return v;
}

static uint64_t get_u64(struct cursor *c)
{
	struct str s = cursor_take(c, 8);
	uint64_t v = 0;

	if (s.n)
		memcpy(&v, s.p, sizeof v);
	return v;
}

static struct str get_str(struct cursor *c)
{
	return cursor_take(c, get_u32(c));
}

static struct str_list get_list(struct cursor *c, struct arena *arena)
{
	struct str_list l = {.n = get_u32(c)};
	struct str *p;

	if (l.n == 0 || l.n > cursor_left(c) / 4) {
		c->failed |= l.n != 0;
		return (struct str_list){0};
	}
	p = arena_array(arena, l.n, sizeof *p);
	if (!p) {
		c->failed = true;
		return (struct str_list){0};
	}
	for (size_t i = 0; i < l.n; i++)
		p[i] = get_str(c);
	l.p = p;
	return l;
}

static void get_package(struct cursor *c, struct arena *arena, struct package *p)
{
	struct str *const texts[] = {&p->type,		 &p->namespace, &p->name,
				     &p->version,	 &p->arch,	&p->source_name,
				     &p->source_version, &p->vendor,	&p->modularity};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		*texts[i] = get_str(c);
	p->licenses = get_list(c, arena);
	p->attributes = get_list(c, arena);
	p->files = get_list(c, arena);
}

static void get_problem(struct cursor *c, struct record_item *ret)
{
	struct str message;

	ret->parser = get_str(c);
	ret->path = get_str(c);
	ret->error.code = (enum err_code)get_u32(c);
	message = get_str(c);
	(void)snprintf(ret->error.msg, sizeof ret->error.msg, "%.*s", STR_FMT(message));
}

static void get_secret(struct cursor *c, struct record_item *ret)
{
	struct record_secret *s = &ret->secret;

	ret->node = get_u32(c);
	s->permille = get_u32(c);
	s->line = get_u64(c);
	s->column = get_u64(c);
	s->offset = get_u64(c);
	s->n_places = get_u64(c);
	s->rule = get_str(c);
	s->inner = get_str(c);
	s->redacted = get_str(c);
	s->fingerprint = get_str(c);
	s->key = get_str(c);
}

static void get_malware(struct cursor *c, struct record_item *ret)
{
	struct record_malware *m = &ret->malware;
	struct str confidence;

	ret->node = get_u32(c);
	m->engine = get_u32(c);
	m->severity = get_u32(c);
	confidence = cursor_take(c, sizeof m->confidence);
	if (confidence.n)
		memcpy(&m->confidence, confidence.p, sizeof m->confidence);
	ret->path = get_str(c);
	m->rule = get_str(c);
	m->title = get_str(c);
	m->source = get_str(c);
	m->detail = get_str(c);
	m->reference = get_str(c);
}

bool record_next(struct str *items, struct arena *arena, struct record_item *ret)
{
	struct cursor c = cursor_make(*items);
	uint32_t kind = get_u32(&c);
	struct str payload = get_str(&c);
	struct cursor body = cursor_make(payload);

	/* the padding behind the last item is shorter than an item's head */
	if (c.failed || items->n < 8)
		return false;
	*ret = (struct record_item){.kind = (enum record_kind)kind, .bytes = payload};
	switch (ret->kind) {
	case RECORD_DB:
		ret->is_whole = get_u32(&body) != 0;
		ret->node = get_u32(&body);
		ret->parser = get_str(&body);
		ret->path = get_str(&body);
		break;
	case RECORD_PACKAGE:
	case RECORD_FRAGMENT:
		get_package(&body, arena, &ret->package);
		break;
	case RECORD_PROBLEM:
		get_problem(&body, ret);
		break;
	case RECORD_KEPT:
		ret->path = get_str(&body);
		ret->bytes = get_str(&body);
		break;
	case RECORD_FILE:
		ret->node = get_u32(&body);
		ret->uid = get_u64(&body);
		ret->gid = get_u64(&body);
		ret->mark = get_str(&body);
		ret->bytes = get_str(&body);
		break;
	case RECORD_LINK:
		ret->path = get_str(&body);
		break;
	case RECORD_PROGRAM:
		ret->node = get_u32(&body);
		ret->bytes = get_str(&body);
		break;
	case RECORD_SECRET:
		get_secret(&body, ret);
		break;
	case RECORD_WATCHED:
		ret->is_whole = get_u32(&body) != 0;
		ret->n_parts = get_u64(&body);
		ret->parser = get_str(&body);
		break;
	case RECORD_ELF:
		ret->node = get_u32(&body);
		ret->n_parts = get_u32(&body);
		ret->parser = get_str(&body);
		ret->bytes = get_str(&body);
		break;
	case RECORD_MALWARE:
		get_malware(&body, ret);
		break;
	case RECORD_MALWARE_TALLY:
		ret->malware.engine = get_u32(&body);
		ret->uid = get_u64(&body);
		ret->gid = get_u64(&body);
		ret->malware.title = get_str(&body);
		break;
	case RECORD_CONTENTS:
		ret->bytes = get_str(&body);
		break;
	case RECORD_LANGUAGE:
		ret->parser = get_str(&body);
		ret->bytes = get_str(&body);
		break;
	}
	if (body.failed)
		return false;
	*items = str_skip(*items, c.at);
	return true;
}

bool record_next_of(struct str *items, struct arena *arena, enum record_kind kind,
		    struct record_item *ret)
{
	while (items->n >= 8) {
		struct cursor c = cursor_make(*items);

		if (get_u32(&c) == kind)
			return record_next(items, arena, ret);
		(void)get_str(&c);
		if (c.failed)
			return false;
		*items = str_skip(*items, c.at);
	}
	return false;
}

uint32_t record_language_node(const struct record_item *item, size_t i)
{
	struct str s = str_sub(item->bytes, i * sizeof(uint32_t), sizeof(uint32_t));
	uint32_t node = TREE_NONE;

	if (s.n == sizeof node)
		memcpy(&node, s.p, sizeof node);
	return node;
}

/* Finds the linker's build id among the program's own notes; the first object is the program. */
static int read_build_id(struct dl_phdr_info *info, size_t size, void *context)
{
	uint64_t *ret = context;

	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = &info->dlpi_phdr[i];
		struct cursor c = cursor_make(
			str_make((const char *)(info->dlpi_addr + ph->p_vaddr), ph->p_memsz));

		while (ph->p_type == PT_NOTE && cursor_left(&c) >= sizeof(ElfW(Nhdr))) {
			uint32_t name_n = get_u32(&c), desc_n = get_u32(&c), type = get_u32(&c);
			struct str name = cursor_take(&c, (name_n + 3) & ~3u);
			struct str desc = cursor_take(&c, (desc_n + 3) & ~3u);

			if (type == NT_GNU_BUILD_ID && str_has_prefix(name, STR("GNU")) &&
			    desc.n >= 8)
				memcpy(ret, desc.p, sizeof *ret);
		}
	}
	return 1;
}

uint64_t record_build_id(void)
{
	uint64_t id = 1; /* without a build id: the version alone tells formats apart */

	(void)dl_iterate_phdr(read_build_id, &id); /* returns what the callback returns */
	return id;
}
