/* SPDX-License-Identifier: Apache-2.0 */
#include "codec/xml.h"

#include <expat.h>

#include "base/cleanup.h"
#include "base/limits.h"
#include "base/strbuf.h"

#define STREAM_BLOCK_BYTES (64 << 10)

struct xml_element {
	const XML_Char **attributes; /* name, value, ..., NULL */
};

struct level {
	size_t path_n;	/* length of the path with this element */
	size_t text_at; /* where its text begins; text of inner elements is cut off at their end */
};

struct reader {
	const struct xml_handler *handler;
	XML_Parser parser;
	struct level levels[LIMIT_XML_DEPTH];
	size_t depth;
	uint64_t fed; /* bytes of a stream given to expat */
	struct strbuf path, text;
	struct err err;
	int r; /* the first failure of a callback */
};

static struct str local_name(const XML_Char *name)
{
	struct str s = str_of(name), prefix, local;

	return str_rcut(s, ':', &prefix, &local) ? local : s;
}

static void stop(struct reader *rd, int r)
{
	if (rd->r == 0)
		rd->r = r;
	(void)XML_StopParser(rd->parser, XML_FALSE); /* no answer that would change anything */
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *rd = ctx;
	struct xml_element e = {attributes};
	int r;

	if (rd->r < 0)
		return;
	if (rd->depth == LIMIT_XML_DEPTH) {
		stop(rd, err_set(&rd->err, ERR_LIMIT, "nested deeper than xml_depth (%d)",
				 (int)LIMIT_XML_DEPTH));
		return;
	}
	if (rd->depth)
		strbuf_addc(&rd->path, '/');
	strbuf_add(&rd->path, local_name(name));
	rd->levels[rd->depth++] = (struct level){rd->path.n, rd->text.n};
	r = strbuf_check(&rd->path, &rd->err);
	if (r == 0 && rd->handler->start)
		r = rd->handler->start(rd->handler->ctx, strbuf_str(&rd->path), &e, &rd->err);
	if (r < 0)
		stop(rd, r);
}

static void XMLCALL on_text(void *ctx, const XML_Char *s, int n)
{
	struct reader *rd = ctx;

	if (rd->r < 0 || n <= 0)
		return;
	/* White space in front would be trimmed anyway: a long list of elements must not pile it
	 * up. */
	if (rd->depth && rd->text.n == rd->levels[rd->depth - 1].text_at)
		for (; n > 0 && char_is_space(*s); n--)
			s++;
	strbuf_add_bytes(&rd->text, s, (size_t)n);
	if (strbuf_check(&rd->text, &rd->err) < 0)
		stop(rd, strbuf_check(&rd->text, &rd->err));
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
	struct reader *rd = ctx;
	struct level level;
	int r = 0;

	(void)name; /* expat has checked that it is the innermost one */
	if (rd->r < 0 || rd->depth == 0)
		return;
	level = rd->levels[--rd->depth];
	if (rd->handler->end)
		r = rd->handler->end(rd->handler->ctx, strbuf_str(&rd->path),
				     str_trim(str_skip(strbuf_str(&rd->text), level.text_at)),
				     &rd->err);
	rd->text.n = level.text_at;
	rd->path.n = rd->depth ? rd->levels[rd->depth - 1].path_n : 0;
	if (r < 0)
		stop(rd, r);
}

static void XMLCALL on_entity(void *ctx, const XML_Char *name, int is_parameter,
			      const XML_Char *value, int value_n, const XML_Char *base,
			      const XML_Char *system_id, const XML_Char *public_id,
			      const XML_Char *notation)
{
	struct reader *rd = ctx;

	(void)name, (void)is_parameter, (void)value, (void)value_n, (void)base, (void)system_id;
	(void)public_id, (void)notation;
	stop(rd, err_set(&rd->err, ERR_UNSUPPORTED, "declares an entity"));
}

static int finish(struct reader *rd, enum XML_Status status, struct err *err)
{
	unsigned long line = XML_GetCurrentLineNumber(rd->parser);
	unsigned long column = XML_GetCurrentColumnNumber(rd->parser) + 1;
	enum XML_Error code = XML_GetErrorCode(rd->parser);

	if (rd->r < 0) {
		if (err)
			*err = rd->err;
		return err_wrap(err, rd->r, "line %lu", line);
	}
	if (status == XML_STATUS_OK)
		return 0;
	if (code == XML_ERROR_NO_MEMORY)
		return err_nomem(err);
	return err_set(err, ERR_FORMAT, "line %lu, column %lu: %s", line, column,
		       XML_ErrorString(code));
}

static int reader_init(struct reader *rd, const struct xml_handler *handler, struct err *err)
{
	rd->handler = handler;
	rd->path = (struct strbuf)STRBUF_INIT(LIMIT_FIELD_BYTES);
	rd->text = (struct strbuf)STRBUF_INIT(LIMIT_FIELD_BYTES);
	rd->depth = 0;
	rd->fed = 0;
	rd->r = 0;
	rd->err.code = ERR_OK;
	rd->parser = XML_ParserCreate(NULL);
	if (!rd->parser)
		return err_nomem(err);
	XML_SetUserData(rd->parser, rd);
	XML_SetElementHandler(rd->parser, on_start, on_end);
	XML_SetCharacterDataHandler(rd->parser, on_text);
	XML_SetEntityDeclHandler(rd->parser, on_entity);
	return 0;
}

static void reader_done(struct reader *rd)
{
	XML_ParserFree(rd->parser);
	strbuf_done(&rd->path);
	strbuf_done(&rd->text);
}

int xml_parse(struct str bytes, const struct xml_handler *handler, struct err *err)
{
	struct reader rd;
	int r;

	if (bytes.n > LIMIT_XML_BYTES)
		return err_set(err, ERR_LIMIT, "%zu bytes of XML: more than xml_bytes (%d)",
			       bytes.n, (int)LIMIT_XML_BYTES);
	r = reader_init(&rd, handler, err);
	if (r < 0)
		return r;
	r = finish(&rd, XML_Parse(rd.parser, bytes.p ? bytes.p : "", (int)bytes.n, XML_TRUE), err);
	reader_done(&rd);
	return r;
}

/* expat looks at an unfinished tag or comment anew with each block: a long one takes for ever. */
static int check_token(const struct reader *rd, struct err *err)
{
	XML_Index at = XML_GetCurrentByteIndex(rd->parser);

	if (at < 0 || rd->fed - (uint64_t)at <= LIMIT_FIELD_BYTES)
		return 0;
	return err_set(err, ERR_LIMIT, "line %lu: a tag or comment of more than field_bytes (%d)",
		       (unsigned long)XML_GetCurrentLineNumber(rd->parser), (int)LIMIT_FIELD_BYTES);
}

/* One block of the stream: 1 when there may be more, 0 at the end. */
static int parse_block(struct reader *rd, struct stream *in, struct err *err)
{
	void *block = XML_GetBuffer(rd->parser, STREAM_BLOCK_BYTES);
	enum XML_Status status;
	ssize_t n;
	int r;

	if (!block)
		return err_nomem(err);
	n = stream_read(in, block, STREAM_BLOCK_BYTES, err);
	if (n < 0)
		return (int)n;
	rd->fed += (uint64_t)n;
	status = XML_ParseBuffer(rd->parser, (int)n, n == 0);
	r = finish(rd, status, err);
	if (r < 0)
		return r;
	r = check_token(rd, err);
	return r < 0 ? r : n > 0;
}

int xml_parse_stream(struct stream *in, const struct xml_handler *handler, struct err *err)
{
	struct reader rd;
	int r = reader_init(&rd, handler, err);

	if (r < 0)
		return r;
	do
		r = parse_block(&rd, in, err);
	while (r > 0);
	reader_done(&rd);
	return r;
}

struct str xml_attribute(const struct xml_element *e, const char *name)
{
	for (size_t i = 0; e->attributes[i]; i += 2)
		if (strcmp(e->attributes[i], name) == 0)
			return str_of(e->attributes[i + 1]);
	return STR_NULL;
}
