/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/cosign/payload.h"

#include <inttypes.h>

#include "codec/json_writer.h"
#include "crypto/digest.h"

static int want_text(const struct json *map, const char *name, const char *path, struct str *ret,
		     struct err *err)
{
	const struct json *v = json_get(map, name);

	if (json_kind_of(v) != JSON_KIND_TEXT)
		return err_set(err, ERR_FORMAT, "the payload has no \"%s\"", path);
	*ret = json_str(v);
	return 0;
}

static int take(struct cosign_payload *p, struct err *err)
{
	const struct json *critical = json_get(p->doc, "critical");
	const struct json *optional = json_get(p->doc, "optional");
	const struct json *identity = json_get(critical, "identity");
	struct digest_value digest;
	int r;

	if (json_kind_of(critical) != JSON_KIND_MAP)
		return err_set(err, ERR_FORMAT, "the payload has no \"critical\"");
	if ((r = want_text(critical, "type", "critical.type", &p->type, err)) < 0 ||
	    (r = want_text(json_get(critical, "image"), "docker-manifest-digest",
			   "critical.image.docker-manifest-digest", &p->digest, err)) < 0)
		return r;
	/* cosign writes it always; what is there must be a text. */
	if (json_get(identity, "docker-reference"))
		r = want_text(identity, "docker-reference", "critical.identity.docker-reference",
			      &p->reference, err);
	if (r == 0)
		r = digest_parse(p->digest, &digest, err);
	if (r < 0)
		return r;
	if (json_kind_of(optional) == JSON_KIND_MAP)
		p->optional = optional;
	else if (optional && json_kind_of(optional) != JSON_KIND_NULL)
		return err_set(err, ERR_FORMAT, "\"optional\" of the payload is no object");
	return 0;
}

int cosign_payload_parse(struct str bytes, struct cosign_payload *ret, struct err *err)
{
	CLEANUP(cosign_payload_done) struct cosign_payload p = {0};
	int r = json_parse(bytes, &p.doc, err);

	if (r < 0)
		return err_wrap(err, r, "the payload");
	r = take(&p, err);
	if (r < 0)
		return r;
	*ret = p;
	p.doc = NULL;
	return 0;
}

void cosign_payload_done(struct cosign_payload *p)
{
	json_free(p->doc);
	*p = (struct cosign_payload){0};
}

bool cosign_payload_says(const struct cosign_payload *p, struct str key, struct str value)
{
	const struct json *v;
	struct str name;
	void *iter = NULL;
	int64_t number;
	char text[24];

	while (json_each(p->optional, &iter, &name, &v)) {
		if (!str_eq(name, key))
			continue;
		if (json_kind_of(v) == JSON_KIND_TEXT)
			return str_eq(json_str(v), value);
		if (json_kind_of(v) == JSON_KIND_BOOL)
			return str_is(value, json_truth(v) ? "true" : "false");
		if (!json_int(v, &number))
			return false;
		(void)snprintf(text, sizeof text, "%" PRId64, number);
		return str_is(value, text);
	}
	return false;
}

static void write_optional(struct json_writer *w, const struct artifact_annotation *annotations,
			   size_t n)
{
	json_key(w, "optional");
	if (n == 0) {
		json_add_null(w);
		return;
	}
	json_open_map(w);
	for (size_t i = 0; i < n; i++) {
		json_key_str(w, annotations[i].key);
		json_add_str(w, annotations[i].value);
	}
	json_close_map(w);
}

int cosign_payload_write(struct str reference, struct str digest,
			 const struct artifact_annotation *annotations, size_t n_annotations,
			 struct strbuf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, JSON_COMPACT);
	json_open_map(&w);
	json_key(&w, "critical");
	json_open_map(&w);
	json_key(&w, "identity");
	json_open_map(&w);
	json_put_str(&w, "docker-reference", reference);
	json_close_map(&w);
	json_key(&w, "image");
	json_open_map(&w);
	json_put_str(&w, "docker-manifest-digest", digest);
	json_close_map(&w);
	json_put_text(&w, "type", COSIGN_PAYLOAD_TYPE);
	json_close_map(&w);
	write_optional(&w, annotations, n_annotations);
	json_close_map(&w);
	return strbuf_check(out, err);
}
