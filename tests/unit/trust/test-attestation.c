/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/attestation.h"
#include "base/limits.h"
#include "tests/unit/test.h"
#include "trust/predicate.h"

#define HEX "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
#define STATEMENT(type, predicate)                                                                 \
	"{\"_type\":\"https://in-toto.io/Statement/v1\",\"subject\":[{\"digest\":{\"sha256\":"     \
	"\"" HEX "\"}}],\"predicateType\":\"" type "\",\"predicate\":" predicate "}"

static struct arena arena;

static struct attestation read_of(const char *text)
{
	struct attestation a;
	struct err err = {0};

	if (attestation_read(str_of(text), &arena, &a, &err) < 0)
		fail_msg("%s", err.msg);
	return a;
}

TEST(provenance_of_version_0_2_is_told)
{
	struct attestation a = read_of(STATEMENT(
		PREDICATE_SLSA_0_2,
		"{\"builder\":{\"id\":\"https://ci\"},\"buildType\":\"https://type\","
		"\"invocation\":{\"configSource\":{\"uri\":\"git+https://example.com/a\","
		"\"digest\":{\"sha1\":\"c0ffee\"},\"entryPoint\":\"Dockerfile\"}},"
		"\"metadata\":{\"buildInvocationID\":\"7\",\"buildStartedOn\":"
		"\"2023-11-14T22:13:20Z\",\"buildFinishedOn\":\"2023-11-14T22:13:21Z\"},"
		"\"materials\":[{\"uri\":\"pkg:docker/alpine\",\"digest\":{\"sha1\":\"aa\","
		"\"sha256\":\"bb\"}},{\"uri\":\"x\"}]}"));

	assert_int_equal(a.kind, ATTESTATION_PROVENANCE);
	assert_str(a.builder, "https://ci");
	assert_str(a.build_type, "https://type");
	assert_str(a.source, "git+https://example.com/a");
	assert_str(a.source_digest, "sha1:c0ffee");
	assert_str(a.entry_point, "Dockerfile");
	assert_str(a.invocation, "7");
	assert_int_equal(a.started, 1700000000);
	assert_int_equal(a.finished, 1700000001);
	assert_int_equal(a.n_materials, 2);
	assert_str(a.materials[0].digest, "sha256:bb");
	assert_str(a.materials[1].uri, "x");
	assert_str(a.materials[1].digest, "");
}

TEST(provenance_of_github_actions_is_told)
{
	struct attestation a = read_of(STATEMENT(
		PREDICATE_SLSA_1,
		"{\"buildDefinition\":{\"buildType\":\"https://gh\",\"externalParameters\":{"
		"\"workflow\":{\"ref\":\"refs/heads/main\",\"repository\":"
		"\"https://example.com/a\",\"path\":\".github/w.yml\"}},\"resolvedDependencies\":["
		"{\"uri\":\"git+https://example.com/a@refs/heads/main\",\"digest\":{"
		"\"gitCommit\":\"c0ffee\"}}]},\"runDetails\":{\"builder\":{\"id\":\"https://b\"},"
		"\"metadata\":{\"invocationId\":\"https://run/1\"}}}"));

	assert_str(a.builder, "https://b");
	assert_str(a.source, "https://example.com/a@refs/heads/main");
	assert_str(a.source_digest, "gitCommit:c0ffee");
	assert_str(a.entry_point, ".github/w.yml");
	assert_str(a.invocation, "https://run/1");
	assert_int_equal(a.started, 0);
}

TEST(provenance_of_buildkit_is_told)
{
	struct attestation a = read_of(STATEMENT(
		PREDICATE_SLSA_1,
		"{\"buildDefinition\":{\"buildType\":\"b\",\"externalParameters\":{"
		"\"configSource\":{\"uri\":\"https://example.com/a.git\",\"digest\":{\"sha1\":"
		"\"12\"},\"path\":\"Dockerfile\"}}},\"runDetails\":{\"builder\":{\"id\":\"\"}}}"));

	assert_str(a.source, "https://example.com/a.git");
	assert_str(a.source_digest, "sha1:12");
	assert_str(a.entry_point, "Dockerfile");
	assert_int_equal(a.n_materials, 0);
}

TEST(the_other_kinds_are_told)
{
	struct attestation a = read_of(STATEMENT(
		PREDICATE_VSA, "{\"verifier\":{\"id\":\"v\"},\"timeVerified\":"
			       "\"2023-11-14T22:13:20Z\",\"resourceUri\":\"r\",\"policy\":"
			       "{\"uri\":\"p\"},\"verificationResult\":\"PASSED\","
			       "\"verifiedLevels\":[\"SLSA_BUILD_LEVEL_3\"]}"));

	assert_int_equal(a.kind, ATTESTATION_SUMMARY);
	assert_str(a.verifier, "v");
	assert_str(a.result, "PASSED");
	assert_int_equal(a.levels.n, 1);
	assert_str(a.levels.p[0], "SLSA_BUILD_LEVEL_3");

	a = read_of(STATEMENT("https://spdx.dev/Document/v2.3",
			      "{\"spdxVersion\":\"SPDX-2.3\",\"creationInfo\":{\"created\":"
			      "\"2023-11-14T22:13:20Z\",\"creators\":[\"Tool: x\"]},\"packages\":["
			      "{},{}]}"));
	assert_int_equal(a.kind, ATTESTATION_SBOM);
	assert_str(a.format, "SPDX-2.3");
	assert_str(a.author, "Tool: x");
	assert_int_equal(a.n_packages, 2);
	assert_int_equal(a.finished, 1700000000);

	a = read_of(
		STATEMENT(PREDICATE_CYCLONEDX,
			  "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.5\",\"components\":["
			  "{}]}"));
	assert_str(a.format, "CycloneDX-1.5");
	assert_int_equal(a.n_packages, 1);

	a = read_of(STATEMENT(PREDICATE_OPENVEX, "{\"author\":\"me\",\"statements\":[{},{},{}]}"));
	assert_int_equal(a.kind, ATTESTATION_VEX);
	assert_int_equal(a.n_packages, 3);

	a = read_of(
		STATEMENT(PREDICATE_VULN,
			  "{\"scanner\":{\"uri\":\"pkg:x\",\"version\":\"1\",\"db\":{\"version\":"
			  "\"9\"},\"result\":{}},\"metadata\":{\"scanFinishedOn\":"
			  "\"2023-11-14T22:13:20Z\"}}"));
	assert_int_equal(a.kind, ATTESTATION_SCAN);
	assert_str(a.author, "pkg:x");
	assert_str(a.database, "9");

	/* A document in SPDX's tag-value form, as cosign attests it. */
	a = read_of(STATEMENT(PREDICATE_SPDX, "\"SPDXVersion: SPDX-2.3\""));
	assert_int_equal(a.kind, ATTESTATION_SBOM);
	assert_str(a.format, "");

	a = read_of(STATEMENT(PREDICATE_COSIGN_SIGN, "{}"));
	assert_int_equal(a.kind, ATTESTATION_SIGNATURE);
	a = read_of(STATEMENT("https://example.com/own", "{\"builder\":7}"));
	assert_int_equal(a.kind, ATTESTATION_UNKNOWN);
	assert_str(a.predicate_type, "https://example.com/own");
}

TEST(a_fact_that_cannot_be_read_is_an_error)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{STATEMENT(PREDICATE_SLSA_0_2, "{\"builder\":7}"), "\"builder\""},
		{STATEMENT(PREDICATE_SLSA_0_2, "{\"builder\":{\"id\":7}}"), "\"builder.id\""},
		{STATEMENT(PREDICATE_SLSA_0_2, "{\"materials\":{}}"), "\"materials\""},
		{STATEMENT(PREDICATE_SLSA_0_2, "{\"metadata\":{\"buildStartedOn\":\"x\"}}"),
		 "\"metadata.buildStartedOn\" of the predicate is no time"},
		{STATEMENT(PREDICATE_VSA, "{\"verificationResult\":true}"),
		 "\"verificationResult\""},
		{STATEMENT(PREDICATE_VSA, "{\"verifiedLevels\":[1]}"), "\"verifiedLevels\""},
		{STATEMENT(PREDICATE_SLSA_1, "{\"buildDefinition\":{\"externalParameters\":{"
					     "\"workflow\":{\"ref\":1}}}}"),
		 "\"externalParameters.workflow\""},
		{"{}", "no in-toto statement"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct attestation a;
		struct err err = {0};

		assert_int_equal(attestation_read(str_of(rows[i].text), &arena, &a, &err),
				 -ERR_FORMAT);
		assert_has(err.msg, rows[i].why);
	}
}

TEST(types_are_known_by_short_names_and_by_uris)
{
	assert_true(predicate_type_is(STR(PREDICATE_SPDX), STR("spdx")));
	assert_true(predicate_type_is(STR("https://spdx.dev/Document/v2.3"), STR("spdx")));
	assert_false(predicate_type_is(STR("https://spdx.dev/Documents"), STR("spdx")));
	assert_true(predicate_type_is(STR("https://x/"), STR("https://x/")));
	assert_false(predicate_type_is(STR("https://x/y"), STR("https://x/")));
	assert_false(predicate_type_is(STR(PREDICATE_SLSA_1), STR("slsaprovenance")));
	assert_null(predicate_find(STR("sign")));
	assert_string_equal(predicate_of_type(STR(PREDICATE_VSA))->name, "vsa");
	assert_null(predicate_of_type(STR(PREDICATE_COSIGN_SIGN)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(provenance_of_version_0_2_is_told),
		RUN(provenance_of_github_actions_is_told),
		RUN(provenance_of_buildkit_is_told),
		RUN(the_other_kinds_are_told),
		RUN(a_fact_that_cannot_be_read_is_an_error),
		RUN(types_are_known_by_short_names_and_by_uris),
	};
	int r;

	arena_init(&arena, LIMIT_ARENA_BYTES);
	r = RUN_ALL(tests);
	arena_done(&arena);
	return r;
}
