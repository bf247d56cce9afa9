/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ar archives: Debian packages, static libraries.
 *
 *     OFFSET SIZE  DESCRIPTION
 *          0    8  "!<arch>\n"; then members, each from an even offset
 *          0   16  name: "data.tar.xz", ending in '/' from GNU; "/12" is in the table of names
 *         48   10  bytes of data, decimal
 *         58    2  "`\n"
 *         60       data; of "//" the table of long names, of "#1/20" (BSD) 20 bytes of name first
 */
#include "base/strbuf.h"
#include "content/format.h"

enum { HEADER_SIZE = 60, NAME_SIZE = 16, SIZE_AT = 48, SIZE_SIZE = 10, END_AT = 58 };

#define MAGIC	    STR("!<arch>\n")
#define NAMES_BYTES ((size_t)1 << 20)

struct ar {
	struct source *s;
	struct strbuf names; /* the table of long ones */
	struct strbuf name;  /* of the member at hand */
};

static bool is(const struct source *s, struct str head)
{
	(void)s;
	return str_has_prefix(head, MAGIC);
}

static bool read_header(struct ar *a, uint64_t *ret_size, struct err *err)
{
	char bytes[HEADER_SIZE];
	struct str header = str_make(bytes, sizeof bytes);

	if (source_take(a->s, bytes, sizeof bytes) < sizeof bytes) {
		(void)err_set(err, ERR_FORMAT, "ar: cut short");
		return false;
	}
	if (!str_eq(str_skip(header, END_AT), STR("`\n")) ||
	    !str_parse_u64(str_trim(str_sub(header, SIZE_AT, SIZE_SIZE)), ret_size)) {
		(void)err_set(err, ERR_FORMAT, "ar: no header where a member should begin");
		return false;
	}
	strbuf_reset(&a->name);
	strbuf_add(&a->name, str_trim(str_sub(header, 0, NAME_SIZE)));
	return true;
}

/* Keeps what bytes of the table of names, or of a name, come next. */
static int keep(struct ar *a, struct strbuf *sb, uint64_t n, struct err *err)
{
	char *p;

	strbuf_reset(sb);
	p = n <= NAMES_BYTES ? strbuf_reserve(sb, (size_t)n + 1) : NULL;
	if (!p)
		return err_set(err, ERR_LIMIT, "ar: names of %llu bytes", (unsigned long long)n);
	if (source_take(a->s, p, (size_t)n) < n)
		return err_set(err, ERR_FORMAT, "ar: cut short");
	strbuf_commit(sb, (size_t)n);
	return 0;
}

/* What the member is really called. */
static int find_name(struct ar *a, uint64_t *size, struct err *err)
{
	struct str name = strbuf_str(&a->name), rest = name;
	uint64_t n;

	if (str_pull_prefix(&rest, STR("#1/")) && str_parse_u64(rest, &n) && n <= *size) {
		*size -= n;
		return keep(a, &a->name, n, err);
	}
	rest = name;
	if (str_pull_prefix(&rest, STR("/")) && str_parse_u64(rest, &n) && n < a->names.n) {
		struct str table = str_skip(strbuf_str(&a->names), (size_t)n), line;

		strbuf_reset(&a->name);
		if (str_pull_line(&table, &line))
			strbuf_add(&a->name, line);
	}
	if (a->name.n > 1 && a->name.p[a->name.n - 1] == '/')
		a->name.n--;
	return 0;
}

static int walk_member(struct ar *a, uint64_t size, struct err *err)
{
	struct slice_stream data;
	struct member m = {.container = "ar", .in = &data.stream};
	bool is_odd = size & 1;
	int r;

	if (str_is(strbuf_str(&a->name), "//")) {
		r = keep(a, &a->names, size, err);
		if (r < 0)
			return r;
		data = slice_stream_make(a->s, 0);
	} else {
		r = find_name(a, &size, err);
		data = slice_stream_make(a->s, size);
		m.name = strbuf_str(&a->name);
		m.size = size;
		if (r == 0)
			r = source_walk(a->s, &m);
		if (r < 0)
			return r;
	}
	(void)source_skip(a->s, data.left + is_odd);
	return 0;
}

static int read(struct source *s, struct str whole, struct err *err)
{
	struct ar a = {s, STRBUF_INIT(2 * NAMES_BYTES), STRBUF_INIT(2 * NAMES_BYTES)};
	uint64_t size;
	int r = 0;

	(void)whole;
	(void)source_skip(s, MAGIC.n);
	while (r == 0 && source_fill(s) > 0)
		r = read_header(&a, &size, err) ? walk_member(&a, size, err) : -ERR_FORMAT;
	strbuf_done(&a.names);
	strbuf_done(&a.name);
	return r;
}

const struct content_format content_format_ar = {
	.id = "ar",
	.is_archive = true,
	.is = is,
	.read = read,
};
