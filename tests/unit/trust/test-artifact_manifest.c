/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/artifact_manifest.h"

#include "base/limits.h"
#include "base/strbuf.h"
#include "tests/unit/test.h"

#define HEX    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define DIGEST "sha256:" HEX
#define PART(type)                                                                                 \
	"{\"mediaType\":\"" type "\",\"digest\":\"" DIGEST                                         \
	"\",\"size\":2,\"annotations\":{\"k\":\"v\"}}"
#define MANIFEST(more)                                                                             \
	"{\"schemaVersion\":2,\"config\":" PART("application/x.config") ",\"layers\":[" PART(      \
		"a/one") "," PART("a/two") "]" more "}"

static struct arena arena;

static int parse(struct str bytes, struct artifact_manifest *ret, struct err *err)
{
	arena_done(&arena);
	arena_init(&arena, LIMIT_ATTACHMENT_ARENA_BYTES);
	return artifact_manifest_parse(bytes, &arena, ret, err);
}

TEST(a_manifest_tells_what_it_is_and_what_it_belongs_to)
{
	struct artifact_manifest m;
	struct err err = {0};

	assert_int_equal(
		parse(STR(MANIFEST(",\"artifactType\":\"application/x\",\"subject\":" PART(
			      "a/s") ",\"annotations\":{\"b\":\"2\",\"a\":\"1\",\"c\":\"\"}")),
		      &m, &err),
		0);
	assert_false(m.is_index);
	assert_str(m.artifact_type, "application/x");
	assert_str(m.config.media_type, "application/x.config");
	assert_int_equal(m.n_layers, 2);
	assert_str(m.layers[1].media_type, "a/two");
	assert_str(m.layers[1].digest, DIGEST);
	assert_int_equal(m.layers[1].size, 2);
	assert_str(artifact_annotation(&m.layers[0].annotations, "k"), "v");
	assert_str(m.subject.digest, DIGEST);
	assert_str(artifact_annotation(&m.annotations, "a"), "1");
	assert_str(artifact_annotation(&m.annotations, "b"), "2");
	assert_null(artifact_annotation(&m.annotations, "bb").p);
	assert_null(artifact_annotation(&m.annotations, "").p);
}

TEST(without_a_type_of_its_own_it_has_that_of_its_config)
{
	struct artifact_manifest m;

	assert_int_equal(parse(STR(MANIFEST("")), &m, NULL), 0);
	assert_str(m.artifact_type, "application/x.config");
	assert_int_equal(m.subject.digest.n, 0);
	assert_int_equal(m.annotations.n, 0);
}

TEST(an_index_has_manifests_with_platforms)
{
	struct artifact_manifest m;

	assert_int_equal(
		parse(STR("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"a/b\",\"digest\":"
			  "\"" DIGEST "\",\"size\":7,\"artifactType\":\"x/y\",\"platform\":{\"os\":"
			  "\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\"}}]}"),
		      &m, NULL),
		0);
	assert_true(m.is_index);
	assert_int_equal(m.n_manifests, 1);
	assert_str(m.manifests[0].artifact_type, "x/y");
	assert_str(m.manifests[0].os, "linux");
	assert_str(m.manifests[0].variant, "v7");
}

TEST(what_is_malformed_says_where)
{
	static const struct {
		const char *bytes, *why;
	} rows[] = {
		{"", "line 1"},
		{"[]", "expected an object"},
		{"{\"schemaVersion\":2}", "config"},
		{MANIFEST(",\"subject\":{}"), "subject: "},
		{MANIFEST(",\"subject\":7"), "subject: "},
		{MANIFEST(",\"artifactType\":\"none\""), "artifactType: "},
		{MANIFEST(",\"annotations\":{\"a\":1}"), "annotations: "},
		{MANIFEST(",\"config\":{}"), "config"}, /* twice */
		{MANIFEST(",\"manifests\":[]"), "an index and a manifest at once"},
		{"{\"schemaVersion\":2,\"manifests\":[{}]}", "manifests: entry 1: "},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct artifact_manifest m;
		struct err err = {0};

		assert_int_equal(parse(str_of(rows[i].bytes), &m, &err), -ERR_FORMAT);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(too_many_layers_are_a_limit)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_JSON_BYTES);
	struct artifact_manifest m;
	struct err err = {0};

	strbuf_adds(&sb, "{\"schemaVersion\":2,\"config\":" PART("a/b") ",\"layers\":[");
	for (size_t i = 0; i <= LIMIT_LAYERS; i++)
		strbuf_addf(&sb, "%s%s", i ? "," : "", PART("a/b"));
	strbuf_adds(&sb, "]}");
	assert_int_equal(parse(strbuf_str(&sb), &m, &err), -ERR_LIMIT);
	assert_has(err.msg, "layers: 1025 entries: more than layers (1024)");
}

TEST(no_memory_is_told)
{
	struct artifact_manifest m;
	int r = -ERR_NOMEM;

	for (size_t n = 1; r == -ERR_NOMEM && n < 1000; n++) {
		struct arena a;

		arena_init(&a, LIMIT_ATTACHMENT_ARENA_BYTES);
		arena_fail_after(&a, n);
		r = artifact_manifest_parse(STR(MANIFEST("")), &a, &m, NULL);
		arena_done(&a);
	}
	assert_int_equal(r, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_manifest_tells_what_it_is_and_what_it_belongs_to),
		RUN(without_a_type_of_its_own_it_has_that_of_its_config),
		RUN(an_index_has_manifests_with_platforms),
		RUN(what_is_malformed_says_where),
		RUN(too_many_layers_are_a_limit),
		RUN(no_memory_is_told),
	};
	int r = RUN_ALL(tests);

	arena_done(&arena);
	return r;
}
