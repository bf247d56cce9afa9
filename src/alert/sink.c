/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/sink.h"

#include <errno.h>
#include <unistd.h>

#include "base/limits.h"
#include "net/http.h"

#define SINK(id) extern const struct sink_type sink_type_##id;
#include "alert/alert_sink_list.def"
#undef SINK

const struct sink_type *const sink_types[] = {
#define SINK(id) &sink_type_##id,
#include "alert/alert_sink_list.def"
#undef SINK
	NULL,
};

void sink_context_done(struct sink_context *c)
{
	http_free(c->http);
	c->http = NULL;
}

static const struct sink_type *find_type(struct str id)
{
	for (size_t i = 0; sink_types[i]; i++)
		if (str_is(id, sink_types[i]->id))
			return sink_types[i];
	return NULL;
}

static int no_sink(struct str id, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf forms = STRBUF_INIT(ERR_MSG_MAX);

	for (size_t i = 0; sink_types[i]; i++)
		strbuf_addf(&forms, "%s%s", i ? ", " : "", sink_types[i]->form);
	return err_set(err, ERR_USAGE, "no sink of alerts \"%.*s\"; there are %.*s",
		       STR_FMT(str_sub(id, 0, 40)), STR_FMT(strbuf_str(&forms)));
}

int sink_absolute(struct str path, struct arena *arena, struct str *ret, struct err *err)
{
	CLEANUP(freep) char *here = NULL;

	if (str_has_prefix(path, STR("/"))) {
		*ret = arena_str(arena, path);
		return arena_check(arena, err);
	}
	here = getcwd(NULL, 0);
	if (!here)
		return err_errno(err, errno, "the working directory");
	*ret = arena_strf(arena, "%s/%.*s", here, STR_FMT(path));
	return arena_check(arena, err);
}

/* A query may hold a token, and so may the path of a webhook: its host is enough to know it by. */
static struct str shown(const struct sink *s, struct arena *arena)
{
	size_t at = str_find(s->address, STR("://")) + 3, end;

	if (!s->type->has_secret)
		return s->spec;
	end = str_find_char(str_skip(s->address, at), '/');
	return arena_strf(arena, "%s:%.*s", s->type->id, STR_FMT(str_sub(s->address, 0, at + end)));
}

int sink_parse(struct str spec, struct str secret_file, struct arena *arena, struct sink *ret,
	       struct err *err)
{
	struct str id = spec, address = STR_NULL;
	struct sink s = {0};
	int r = 0;

	(void)str_cut(spec, ':', &id, &address); /* some have no address */
	s.type = find_type(id);
	if (!s.type)
		return no_sink(id, err);
	if (spec.n > LIMIT_ALERT_TEXT_BYTES || !str_is_utf8(spec))
		return err_set(err, ERR_USAGE, "%s: an address that is too long, or no text",
			       s.type->id);
	for (size_t i = 0; i < spec.n; i++)
		if ((unsigned char)spec.p[i] < ' ' || spec.p[i] == 0x7f)
			return err_set(err, ERR_USAGE, "%s: a control character in the address",
				       s.type->id);
	if (address.n == 0 && s.type->has_address)
		return err_set(err, ERR_USAGE, "%s: its form is %s", s.type->id, s.type->form);
	if (address.n && !s.type->check)
		return err_set(err, ERR_USAGE, "%s has no address", s.type->id);
	if (address.n)
		r = s.type->check(address, arena, &s.address, err);
	if (r < 0)
		return err_wrap(err, r, "%s", s.type->id);
	s.spec = s.address.n ? arena_strf(arena, "%s:%.*s", s.type->id, STR_FMT(s.address))
			     : str_of(s.type->id);
	if (s.type->has_secret && !str_is_utf8(secret_file))
		return err_set(err, ERR_USAGE, "%s: the name of its secret is no text", s.type->id);
	if (s.type->has_secret && secret_file.n)
		r = sink_absolute(secret_file, arena, &s.secret_file, err);
	s.shown = shown(&s, arena);
	if (r == 0)
		r = arena_check(arena, err);
	if (r == 0)
		*ret = s;
	return r;
}
