/* SPDX-License-Identifier: Apache-2.0 */
#include "lsp/frame.h"

#include "base/limits.h"

#define ADD_MAX 1048576 /* of one frames_add */

struct header {
	bool has_length;
	uint64_t length;
	struct str charset; /* empty: none is named */
};

void frames_init(struct frames *f)
{
	*f = (struct frames){
		.in = STRBUF_INIT(LIMIT_LSP_MESSAGE_BYTES + LIMIT_LSP_HEADER_BYTES + ADD_MAX)};
}

void frames_done(struct frames *f)
{
	strbuf_done(&f->in);
}

bool frames_is_inside(const struct frames *f)
{
	return f->skip > 0 || f->at < f->in.n;
}

static struct str rest(const struct frames *f)
{
	return str_skip(strbuf_str(&f->in), f->at);
}

/* What was given is dropped before more is added, so each byte moves a bounded number of times. */
static void drop_given(struct frames *f)
{
	struct str left = rest(f);

	if (f->at == 0)
		return;
	if (left.n)
		memmove(f->in.p, left.p, left.n);
	f->in.n = left.n;
	f->at = 0;
}

static void skip_bytes(struct frames *f)
{
	size_t n = rest(f).n;

	if (n > f->skip)
		n = (size_t)f->skip;
	f->at += n;
	f->skip -= n;
}

int frames_add(struct frames *f, struct str bytes, struct err *err)
{
	skip_bytes(f);
	drop_given(f);
	strbuf_add(&f->in, bytes);
	skip_bytes(f);
	return strbuf_check(&f->in, err);
}

/* "application/vscode-jsonrpc; charset=utf-8" */
static struct str charset_of(struct str type)
{
	struct str part, name, value;

	while (type.n) {
		if (!str_pull_until(&type, ';', &part)) {
			part = type;
			type = STR_NULL;
		}
		if (!str_cut(part, '=', &name, &value) ||
		    !str_eq_nocase(str_trim(name), STR("charset")))
			continue;
		value = str_trim(value);
		if (value.n > 1 && str_has_prefix(value, STR("\"")) &&
		    str_has_suffix(value, STR("\"")))
			value = str_sub(value, 1, value.n - 2);
		return value;
	}
	return STR_NULL;
}

static int read_length(struct header *h, struct str value, struct err *err)
{
	uint64_t length;

	if (!str_parse_u64(value, &length))
		return err_set(err, ERR_FORMAT, "Content-Length is no number: \"%.*s\"",
			       STR_FMT(str_sub(value, 0, 64)));
	if (h->has_length && h->length != length)
		return err_set(err, ERR_FORMAT, "Content-Length is there twice, and not the same");
	h->has_length = true;
	h->length = length;
	return 0;
}

static int read_header(struct str text, struct header *ret, struct err *err)
{
	struct header h = {0};
	int r = 0;

	while (r == 0 && text.n) {
		size_t end = str_find(text, STR("\r\n"));
		struct str line = str_sub(text, 0, end), name, value;

		text = str_skip(text, end + 2);
		if (!str_cut(line, ':', &name, &value) || !name.n)
			return err_set(err, ERR_FORMAT, "no header field: \"%.*s\"",
				       STR_FMT(str_sub(line, 0, 64)));
		if (str_eq_nocase(name, STR("Content-Length")))
			r = read_length(&h, str_trim(value), err);
		else if (str_eq_nocase(name, STR("Content-Type")))
			h.charset = charset_of(value);
	}
	if (r == 0 && !h.has_length)
		r = err_set(err, ERR_FORMAT, "a message without Content-Length");
	*ret = h;
	return r;
}

/* Before the empty line has come: what can be said already. */
static int wait_for_header(struct str in, struct err *err)
{
	size_t line = str_find_char(in, '\n');

	if (in.n > LIMIT_LSP_HEADER_BYTES)
		return err_set(err, ERR_FORMAT, "a header of more than lsp_header_bytes (%d)",
			       (int)LIMIT_LSP_HEADER_BYTES);
	if (line < in.n && (line == 0 || in.p[line - 1] != '\r'))
		return err_set(err, ERR_FORMAT, "a line of a header ends with \\r\\n: \"%.*s\"",
			       STR_FMT(str_sub(in, 0, line < 64 ? line : 64)));
	return 0;
}

static bool is_utf8(struct str charset)
{
	return !charset.n || str_eq_nocase(charset, STR("utf-8")) ||
	       str_eq_nocase(charset, STR("utf8"));
}

int frames_next(struct frames *f, struct str *ret_body, struct err *err)
{
	struct str in = rest(f);
	size_t end = str_find(str_sub(in, 0, LIMIT_LSP_HEADER_BYTES + 4), STR("\r\n\r\n"));
	struct header h = {0};
	int r;

	if (f->skip)
		return 0;
	if (end > LIMIT_LSP_HEADER_BYTES || end + 4 > in.n)
		return wait_for_header(in, err);
	r = read_header(str_sub(in, 0, end + 2), &h, err);
	if (r < 0)
		return r;
	in = str_skip(in, end + 4);
	if (h.length > LIMIT_LSP_MESSAGE_BYTES || !is_utf8(h.charset)) {
		f->at += end + 4;
		f->skip = h.length;
		skip_bytes(f);
		if (!is_utf8(h.charset))
			return err_set(err, ERR_UNSUPPORTED, "charset \"%.*s\", which is not utf-8",
				       STR_FMT(str_sub(h.charset, 0, 64)));
		return err_set(err, ERR_LIMIT,
			       "a message of %llu bytes: more than lsp_message_bytes (%d)",
			       (unsigned long long)h.length, (int)LIMIT_LSP_MESSAGE_BYTES);
	}
	if (in.n < h.length)
		return 0;
	f->at += end + 4 + (size_t)h.length;
	*ret_body = str_sub(in, 0, (size_t)h.length);
	return 1;
}

void frame_write(struct strbuf *out, struct str body)
{
	strbuf_addf(out, "Content-Length: %zu\r\n\r\n", body.n);
	strbuf_add(out, body);
}
