/* SPDX-License-Identifier: Apache-2.0 */
#include "image/oci_form.h"

#include "base/clock.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "crypto/digest.h"

#define MEDIA_TYPE_PART_MAX 127 /* RFC 6838, section 4.2 */

typedef int check_fn(const struct json *v, struct err *err);

struct field {
	const char *name;
	check_fn *check;
	bool required;
};

static int expect(const struct json *v, enum json_kind kind, const char *what, struct err *err)
{
	return json_kind_of(v) == kind ? 0 : err_set(err, ERR_FORMAT, "expected %s", what);
}

static int check_fields(const struct json *v, const struct field *fields, struct err *err)
{
	int r = expect(v, JSON_KIND_MAP, "an object", err);

	for (; fields->name && r == 0; fields++) {
		const struct json *value = json_get(v, fields->name);
		enum json_kind kind = json_kind_of(value);

		if (kind == JSON_KIND_ABSENT || (kind == JSON_KIND_NULL && !fields->required)) {
			if (fields->required)
				return err_set(err, ERR_FORMAT, "%s is missing", fields->name);
			continue;
		}
		r = fields->check(value, err);
		if (r < 0)
			return err_wrap(err, r, "%s", fields->name);
	}
	return r;
}

static int check_list(const struct json *v, check_fn *check, struct err *err)
{
	int r = expect(v, JSON_KIND_LIST, "a list", err);

	for (size_t i = 0; i < json_len(v) && r == 0; i++) {
		r = check(json_at(v, i), err);
		if (r < 0)
			return err_wrap(err, r, "entry %zu", i + 1);
	}
	return r;
}

static int check_values(const struct json *v, enum json_kind kind, const char *what,
			struct err *err)
{
	int r = expect(v, JSON_KIND_MAP, "an object", err);
	const struct json *value;
	void *at = NULL;
	struct str key;

	while (r == 0 && json_each(v, &at, &key, &value)) {
		r = key.n ? expect(value, kind, what, err) : 0;
		if (r < 0)
			return err_wrap(err, r, "\"%.*s\"", (int)(key.n < 100 ? key.n : 100),
					key.p);
	}
	return r;
}

static int is_text(const struct json *v, struct err *err)
{
	return expect(v, JSON_KIND_TEXT, "a string", err);
}

static int is_bool(const struct json *v, struct err *err)
{
	return expect(v, JSON_KIND_BOOL, "true or false", err);
}

static int is_texts(const struct json *v, struct err *err)
{
	return check_list(v, is_text, err);
}

static int is_text_map(const struct json *v, struct err *err)
{
	return check_values(v, JSON_KIND_TEXT, "a string", err);
}

/* ExposedPorts and Volumes: a set of names, written as {"80/tcp": {}}. */
static int is_name_set(const struct json *v, struct err *err)
{
	return check_values(v, JSON_KIND_MAP, "an empty object", err);
}

static int is_version_2(const struct json *v, struct err *err)
{
	int64_t version = 0;

	if (!json_int(v, &version))
		return err_set(err, ERR_FORMAT, "expected 2");
	if (version != 2)
		return err_set(err, ERR_UNSUPPORTED, "%lld: only 2 is read", (long long)version);
	return 0;
}

static int is_size(const struct json *v, struct err *err)
{
	int64_t size;

	return json_int(v, &size) && size >= 0
		       ? 0
		       : err_set(err, ERR_FORMAT, "expected a number of bytes");
}

static int is_time(const struct json *v, struct err *err)
{
	struct str text = json_str(v);
	int64_t unused;
	int r = is_text(v, err);

	/* empty is what some builders write for "not known" */
	if (r < 0 || text.n == 0 || clock_parse(text, &unused))
		return r;
	return err_set(err, ERR_FORMAT, "\"%.*s\" is no RFC 3339 time",
		       (int)(text.n < 40 ? text.n : 40), text.p);
}

static bool is_media_part(struct str part)
{
	static const struct str marks = {"!#$&^_.+-", 9};

	if (part.n == 0 || part.n > MEDIA_TYPE_PART_MAX || !char_is_alnum(part.p[0]))
		return false;
	for (size_t i = 1; i < part.n; i++)
		if (!char_is_alnum(part.p[i]) && str_find_char(marks, part.p[i]) == marks.n)
			return false;
	return true;
}

static int is_media_type(const struct json *v, struct err *err)
{
	struct str text = json_str(v), type, subtype;

	if (str_cut(text, '/', &type, &subtype) && is_media_part(type) && is_media_part(subtype))
		return 0;
	return err_set(err, ERR_FORMAT, "expected \"type/subtype\", not \"%.*s\"",
		       (int)(text.n < 100 ? text.n : 100), text.p ? text.p : "");
}

static bool is_algorithm_char(char c)
{
	return char_is_digit(c) || (c >= 'a' && c <= 'z');
}

/* Words of a-z and 0-9 with one of + . _ - between them: "sha256", "multihash+base58". */
static bool is_algorithm(struct str name)
{
	static const struct str separators = {"+._-", 4};
	bool in_word = false;

	for (size_t i = 0; i < name.n; i++) {
		if (is_algorithm_char(name.p[i]))
			in_word = true;
		else if (!in_word || str_find_char(separators, name.p[i]) == separators.n)
			return false;
		else
			in_word = false;
	}
	return in_word;
}

static bool is_encoded(struct str text)
{
	static const struct str marks = {"=_-", 3};

	for (size_t i = 0; i < text.n; i++)
		if (!char_is_alnum(text.p[i]) && str_find_char(marks, text.p[i]) == marks.n)
			return false;
	return text.n > 0;
}

static int is_digest(const struct json *v, struct err *err)
{
	struct str text = json_str(v), algorithm, encoded;
	struct digest_value known;
	struct err why = {0};

	if (!str_cut(text, ':', &algorithm, &encoded) || !is_algorithm(algorithm) ||
	    !is_encoded(encoded))
		return err_set(err, ERR_FORMAT, "expected \"algorithm:encoded\", not \"%.*s\"",
			       (int)(text.n < 160 ? text.n : 160), text.p ? text.p : "");
	if (digest_parse(text, &known, &why) == -ERR_FORMAT)
		return err_set(err, ERR_FORMAT, "%s", why.msg);
	return 0;
}

static int is_digests(const struct json *v, struct err *err)
{
	return check_list(v, is_digest, err);
}

/* RFC 3986, section 4.3: an absolute URI begins with its scheme. */
static int is_uri(const struct json *v, struct err *err)
{
	static const struct str marks = {"+-.", 3};
	struct str text = json_str(v), scheme, rest;
	bool good = str_cut(text, ':', &scheme, &rest) && scheme.n && char_is_alpha(scheme.p[0]);

	for (size_t i = 0; good && i < scheme.n; i++)
		good = char_is_alnum(scheme.p[i]) || str_find_char(marks, scheme.p[i]) < marks.n;
	for (size_t i = 0; good && i < rest.n; i++)
		good = (unsigned char)rest.p[i] > ' ' && rest.p[i] != 0x7f;
	return good ? 0 : err_set(err, ERR_FORMAT, "expected a URL with its scheme");
}

static int is_uris(const struct json *v, struct err *err)
{
	return check_list(v, is_uri, err);
}

static int is_base64(const struct json *v, struct err *err)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct str text = json_str(v);
	int r = is_text(v, err);

	if (r == 0 && text.n % 4)
		r = err_set(err, ERR_FORMAT, "base64 without its padding");
	return r < 0 ? r : base64_decode(text, BASE64_STANDARD, &sb, err);
}

static int is_platform(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"architecture", is_text, true}, {"os", is_text, true},
		{"os.version", is_text, false},	 {"os.features", is_texts, false},
		{"variant", is_text, false},	 {NULL, NULL, false},
	};

	return check_fields(v, fields, err);
}

static int is_descriptor(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"mediaType", is_media_type, true},
		{"digest", is_digest, true},
		{"size", is_size, true},
		{"urls", is_uris, false},
		{"annotations", is_text_map, false},
		{"data", is_base64, false},
		{"artifactType", is_media_type, false},
		{"platform", is_platform, false},
		{NULL, NULL, false},
	};

	return check_fields(v, fields, err);
}

static int is_descriptors(const struct json *v, struct err *err)
{
	return check_list(v, is_descriptor, err);
}

static int is_index(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"schemaVersion", is_version_2, true},
		{"mediaType", is_media_type, false},
		{"artifactType", is_media_type, false},
		{"manifests", is_descriptors, true},
		{"subject", is_descriptor, false},
		{"annotations", is_text_map, false},
		{NULL, NULL, false},
	};

	return check_fields(v, fields, err);
}

static int is_artifact(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"schemaVersion", is_version_2, true},	{"mediaType", is_media_type, false},
		{"artifactType", is_media_type, false}, {"config", is_descriptor, true},
		{"layers", is_descriptors, true},	{"subject", is_descriptor, false},
		{"annotations", is_text_map, false},	{NULL, NULL, false},
	};

	return check_fields(v, fields, err);
}

static int is_manifest(const struct json *v, struct err *err)
{
	int r = is_artifact(v, err);

	if (r == 0 && json_len(json_get(v, "layers")) == 0 &&
	    !str_has_prefix(json_get_str(v, "mediaType"), STR("application/vnd.docker.")))
		return err_set(err, ERR_FORMAT, "layers: expected at least one");
	return r;
}

static int is_layers_word(const struct json *v, struct err *err)
{
	return str_is(json_str(v), "layers") ? 0 : err_set(err, ERR_FORMAT, "expected \"layers\"");
}

static int is_rootfs(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"type", is_layers_word, true},
		{"diff_ids", is_digests, false},
		{NULL, NULL, false},
	};

	return check_fields(v, fields, err);
}

static int is_run_config(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"User", is_text, false},
		{"ExposedPorts", is_name_set, false},
		{"Env", is_texts, false},
		{"Entrypoint", is_texts, false},
		{"Cmd", is_texts, false},
		{"Volumes", is_name_set, false},
		{"WorkingDir", is_text, false},
		{"Labels", is_text_map, false},
		{"StopSignal", is_text, false},
		{"ArgsEscaped", is_bool, false},
		{NULL, NULL, false},
	};

	return check_fields(v, fields, err);
}

static int is_history_entry(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"created", is_time, false},	 {"author", is_text, false},
		{"created_by", is_text, false},	 {"comment", is_text, false},
		{"empty_layer", is_bool, false}, {NULL, NULL, false},
	};

	return check_fields(v, fields, err);
}

static int is_history(const struct json *v, struct err *err)
{
	return check_list(v, is_history_entry, err);
}

static int is_config(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"architecture", is_text, true},
		{"os", is_text, true},
		{"variant", is_text, false},
		{"os.version", is_text, false},
		{"os.features", is_texts, false},
		{"created", is_time, false},
		{"author", is_text, false},
		{"config", is_run_config, false},
		{"rootfs", is_rootfs, true},
		{"history", is_history, false},
		{NULL, NULL, false},
	};
	int r = check_fields(v, fields, err);

	/* Docker leaves the list out where an image has no layer. */
	if (r == 0 && !json_get(json_get(v, "rootfs"), "diff_ids") &&
	    !json_get(v, "docker_version") && !json_get(v, "container_config"))
		return err_set(err, ERR_FORMAT, "rootfs: diff_ids is missing");
	return r;
}

static int is_layout(const struct json *v, struct err *err)
{
	static const struct field fields[] = {
		{"imageLayoutVersion", is_text, true},
		{NULL, NULL, false},
	};
	struct str version = json_get_str(v, "imageLayoutVersion");
	int r = check_fields(v, fields, err);

	if (r == 0 && !str_is(version, "1.0.0"))
		return err_set(err, ERR_UNSUPPORTED,
			       "imageLayoutVersion \"%.*s\": only 1.0.0 is read",
			       (int)(version.n < 40 ? version.n : 40), version.p);
	return r;
}

int oci_form_check(enum oci_document kind, const struct json *doc, struct err *err)
{
	switch (kind) {
	case OCI_CONFIG:
		return is_config(doc, err);
	case OCI_DESCRIPTOR:
		return is_descriptor(doc, err);
	case OCI_INDEX:
		return is_index(doc, err);
	case OCI_LAYOUT:
		return is_layout(doc, err);
	case OCI_ARTIFACT:
		return is_artifact(doc, err);
	case OCI_MANIFEST:
		return is_manifest(doc, err);
	}
	return err_set(err, ERR_BUG, "no such kind of document");
}
