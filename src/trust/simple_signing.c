/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/simple_signing.h"

#include "base/limits.h"
#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "trust/json_members.h"

static int get_text(const struct json *map, const char *what, const char *key, struct arena *a,
		    struct str *ret, struct err *err)
{
	struct str text;
	int r = json_members_text(map, what, key, true, &text, err);

	if (r < 0)
		return r;
	*ret = arena_str(a, text);
	return ret->p ? 0 : err_nomem(err);
}

static int parse_optional(const struct json *optional, bool strict, struct arena *a,
			  struct simple_signing *ret, struct err *err)
{
	enum json_kind kind = json_kind_of(optional), creator, timestamp;

	if (!strict && (kind == JSON_KIND_NULL || kind == JSON_KIND_ABSENT))
		return 0;
	if (kind != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "optional: is no object");
	creator = json_kind_of(json_get(optional, "creator"));
	timestamp = json_kind_of(json_get(optional, "timestamp"));
	if (timestamp != JSON_KIND_ABSENT && timestamp != JSON_KIND_INT)
		return err_set(err, ERR_FORMAT, "optional: \"timestamp\" is no integer");
	(void)json_get_int(optional, "timestamp", &ret->timestamp); /* absent: 0 */
	return creator == JSON_KIND_ABSENT
		       ? 0
		       : get_text(optional, "optional", "creator", a, &ret->creator, err);
}

static int parse_critical(const struct json *critical, struct str type, struct arena *a,
			  struct simple_signing *ret, struct err *err)
{
	static const char *const members[] = {"identity", "image", "type", NULL};
	static const char *const of_identity[] = {"docker-reference", NULL};
	static const char *const of_image[] = {"docker-manifest-digest", NULL};
	const struct json *identity = json_get(critical, "identity");
	const struct json *image = json_get(critical, "image");
	struct digest_value digest;
	int r = json_members_check(critical, "critical", members, NULL, err);

	if (r == 0)
		r = get_text(critical, "critical", "type", a, &ret->type, err);
	if (r == 0 && !str_eq(ret->type, type))
		r = err_set(err, ERR_DENIED, "is of type \"%.*s\"; \"%.*s\" is expected",
			    STR_FMT(ret->type), STR_FMT(type));
	if (r == 0)
		r = json_members_check(identity, "critical.identity", of_identity, NULL, err);
	if (r == 0)
		r = json_members_check(image, "critical.image", of_image, NULL, err);
	if (r == 0)
		r = get_text(identity, "critical.identity", "docker-reference", a, &ret->reference,
			     err);
	if (r == 0)
		r = get_text(image, "critical.image", "docker-manifest-digest", a, &ret->digest,
			     err);
	return r == 0 ? digest_parse(ret->digest, &digest, err) : r;
}

int simple_signing_parse(struct str payload, struct str type, struct arena *a,
			 struct simple_signing *ret, struct err *err)
{
	static const char *const strict_members[] = {"critical", "optional", NULL};
	static const char *const members[] = {"critical", NULL}, *const may[] = {"optional", NULL};
	bool strict = str_is(type, SIMPLE_SIGNING_GPG);
	CLEANUP(json_freep) struct json *doc = NULL;
	struct simple_signing s = {0};
	int r = json_parse(payload, &doc, err);

	if (r == 0)
		r = json_members_check(doc, "payload", strict ? strict_members : members, may, err);
	if (r == 0)
		r = parse_critical(json_get(doc, "critical"), type, a, &s, err);
	if (r == 0)
		r = parse_optional(json_get(doc, "optional"), strict, a, &s, err);
	if (r < 0)
		return r;
	*ret = s;
	return 0;
}

static void write_critical(const struct simple_signing *s, struct json_writer *w)
{
	json_key(w, "critical");
	json_open_map(w);
	json_key(w, "identity");
	json_open_map(w);
	json_put_str(w, "docker-reference", s->reference);
	json_close_map(w);
	json_key(w, "image");
	json_open_map(w);
	json_put_str(w, "docker-manifest-digest", s->digest);
	json_close_map(w);
	json_put_str(w, "type", s->type);
	json_close_map(w);
}

int simple_signing_write(const struct simple_signing *s, struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	write_critical(s, &w);
	json_key(&w, "optional");
	json_open_map(&w);
	json_put_opt(&w, "creator", s->creator);
	if (s->timestamp) {
		json_key(&w, "timestamp");
		json_add_int(&w, s->timestamp);
	}
	json_close_map(&w);
	json_close_map(&w);
	return strbuf_check(out, err);
}
