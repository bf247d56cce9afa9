/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/arena.h"
#include "base/limits.h"
#include "image/manifest.h"

#define HEX_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define OCI   "application/vnd.oci.image."
#define CONFIG                                                                                     \
	"\"config\":{\"mediaType\":\"" OCI                                                         \
	"config.v1+json\",\"size\":2,\"digest\":\"sha256:" HEX_A "\"}"
#define LAYER(type, more)                                                                          \
	"{\"mediaType\":\"" type "\",\"size\":7,\"digest\":\"sha256:" HEX_B "\"" more "}"
#define MANIFEST(layers) "{\"schemaVersion\":2," CONFIG ",\"layers\":[" layers "]}"

TEST(a_manifest_gives_config_layers_and_annotations)
{
	struct manifest m;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(
		manifest_parse(STR("{\"schemaVersion\":2,\"annotations\":{\"b\":\"2\",\"a\":\"1\"},"
				   "\"mediaType\":\"" OCI "manifest.v1+json\"," CONFIG
				   ",\"layers\":[" LAYER(OCI "layer.v1.tar+gzip", "") "]}"),
			       &a, &m, NULL),
		0);
	assert_str(m.media_type, OCI "manifest.v1+json");
	assert_str(m.config.digest, "sha256:" HEX_A);
	assert_int_equal(m.n_layers, 1);
	assert_str(m.layers[0].digest, "sha256:" HEX_B);
	assert_int_equal(m.layers[0].size, 7);
	assert_false(m.layers[0].has_urls);
	assert_int_equal(m.annotations.n, 2);
	assert_str(m.annotations.p[0], "a=1");
	arena_done(&a);
}

TEST(manifests_that_are_none_say_why)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"[]", "expected an object"},
		{"{", "line 1"},
		{"{\"schemaVersion\":1}", "schemaVersion: 1: only 2 is read"},
		{"{\"schemaVersion\":\"2\"}", "schemaVersion: expected 2"},
		{"{\"schemaVersion\":2,\"manifests\":[]}", "expected a manifest, this is an index"},
		{"{\"schemaVersion\":2,\"layers\":[]}", "config is missing"},
		{MANIFEST(""), "layers: expected at least one"},
		{MANIFEST("5"), "layers: entry 1: expected an object"},
		{MANIFEST(LAYER("tar", "")), "entry 1: mediaType: expected \"type/subtype\""},
		{MANIFEST(LAYER("a/b", ",\"urls\":[\"value\"]")), "urls: entry 1: expected a URL"},
		{MANIFEST(LAYER("a/b", ",\"urls\":\"x:y\"")), "urls: expected a list"},
		{MANIFEST(LAYER("a/b", ",\"annotations\":{\"k\":5}")), "\"k\": expected a string"},
		{MANIFEST(LAYER("a/b", ",\"data\":\"YQ\"")), "base64 without its padding"},
		{MANIFEST("{\"mediaType\":\"a/b\",\"size\":-1,\"digest\":\"sha256:" HEX_B "\"}"),
		 "size: expected a number of bytes"},
		{MANIFEST("{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"sha256:ab\"}"),
		 "sha256 has 64 hex digits, not 2"},
		{MANIFEST("{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"sha256+-x:ab\"}"),
		 "expected \"algorithm:encoded\""},
		{MANIFEST("{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"../x:ab\"}"),
		 "expected \"algorithm:encoded\""},
		{MANIFEST("{\"mediaType\":\"a/b\",\"size\":1,\"digest\":\"x:../ab\"}"),
		 "expected \"algorithm:encoded\""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct manifest m;
		struct err err = {0};
		struct arena a;

		arena_init(&a, 1 << 20);
		assert_true(manifest_parse(str_of(rows[i].text), &a, &m, &err) < 0);
		assert_has(err.msg, rows[i].message);
		arena_done(&a);
	}
}

TEST(null_is_as_good_as_absent_where_a_field_is_optional)
{
	struct manifest m;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(manifest_parse(STR(MANIFEST(LAYER("a/b", ",\"urls\":null,"
								  "\"annotations\":null"))),
					&a, &m, NULL),
			 0);
	arena_done(&a);
}

TEST(docker_manifests_may_have_no_layer)
{
	struct manifest m;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(manifest_parse(STR("{\"schemaVersion\":2,\"mediaType\":"
					    "\"application/vnd.docker.distribution.manifest.v2+"
					    "json\"," CONFIG ",\"layers\":[]}"),
					&a, &m, NULL),
			 0);
	arena_done(&a);
}

TEST(layers_that_cannot_be_read_are_told_by_their_type)
{
	static const struct {
		const char *type;
		bool foreign, encrypted;
	} rows[] = {
		{OCI "layer.v1.tar+gzip", false, false},
		{OCI "layer.nondistributable.v1.tar+gzip", true, false},
		{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", true, false},
		{"application/vnd.docker.image.rootfs.diff.tar.gzip", false, false},
		{OCI "layer.v1.tar+gzip+encrypted", false, true},
		{OCI "layer.nondistributable.v1.tar+encrypted", true, true},
		{"", false, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(media_type_is_foreign(str_of(rows[i].type)), rows[i].foreign);
		assert_int_equal(media_type_is_encrypted(str_of(rows[i].type)), rows[i].encrypted);
	}
}

TEST(an_index_gives_platforms_and_names)
{
	struct image_index index;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(
		index_parse(STR("{\"schemaVersion\":2,\"manifests\":[" LAYER(
				    OCI "manifest.v1+json",
				    ",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\","
				    "\"variant\":\"v7\"},\"annotations\":{"
				    "\"org.opencontainers.image.ref.name\":\"1.0\","
				    "\"io.containerd.image.name\":\"example.com/a:1.0\"}") "]}"),
			    &a, &index, NULL),
		0);
	assert_int_equal(index.n, 1);
	assert_str(index.manifests[0].platform.variant, "v7");
	assert_str(index.manifests[0].ref_name, "1.0");
	assert_str(index.manifests[0].image_name, "example.com/a:1.0");
	arena_done(&a);
}

TEST(a_platform_needs_os_and_architecture)
{
	struct image_index index;
	struct err err = {0};
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(index_parse(STR("{\"schemaVersion\":2,\"manifests\":[" LAYER(
					     "a/b", ",\"platform\":{\"os\":\"linux\"}") "]}"),
				     &a, &index, &err),
			 -ERR_FORMAT);
	assert_has(err.msg, "manifests: entry 1: platform: architecture is missing");
	arena_done(&a);
}

#define ROOTFS "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:" HEX_A "\"]}"
#define CONFIG_DOC(more)                                                                           \
	"{\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"," ROOTFS more "}"

TEST(a_config_gives_platform_and_diff_ids)
{
	struct image_config config;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(
		image_config_parse(STR(CONFIG_DOC(",\"config\":{\"Env\":null,\"Cmd\":null,"
						  "\"Volumes\":{\"/data\":{}},\"Labels\":null},"
						  "\"created\":\"2026-01-02T03:04:05.678+01:00\"")),
				   &a, &config, NULL),
		0);
	assert_str(config.platform.variant, "v8");
	assert_int_equal(config.n_diff_ids, 1);
	assert_str(config.diff_ids[0], "sha256:" HEX_A);
	arena_done(&a);
}

TEST(configs_that_are_none_say_why)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{"{\"os\":\"linux\"," ROOTFS "}", "architecture is missing"},
		{"{\"os\":5,\"architecture\":\"a\"," ROOTFS "}", "os: expected a string"},
		{"{\"os\":\"l\",\"architecture\":\"a\"}", "rootfs is missing"},
		{"{\"os\":\"l\",\"architecture\":\"a\",\"rootfs\":{\"type\":\"layers\"}}",
		 "rootfs: diff_ids is missing"},
		{"{\"os\":\"l\",\"architecture\":\"a\",\"rootfs\":{\"type\":\"x\","
		 "\"diff_ids\":[]}}",
		 "rootfs: type: expected \"layers\""},
		{CONFIG_DOC(",\"history\":\"\""), "history: expected a list"},
		{CONFIG_DOC(",\"created\":\"yesterday\""), "\"yesterday\" is no RFC 3339 time"},
		{CONFIG_DOC(",\"config\":{\"User\":1}"), "config: User: expected a string"},
		{CONFIG_DOC(",\"config\":{\"Env\":[7]}"),
		 "config: Env: entry 1: expected a string"},
		{CONFIG_DOC(",\"config\":{\"Volumes\":[\"/data\"]}"),
		 "config: Volumes: expected an object"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct image_config config;
		struct err err = {0};
		struct arena a;

		arena_init(&a, 1 << 20);
		assert_int_equal(image_config_parse(str_of(rows[i].text), &a, &config, &err),
				 -ERR_FORMAT);
		assert_has(err.msg, rows[i].message);
		arena_done(&a);
	}
}

TEST(docker_leaves_out_the_list_of_no_layers)
{
	struct image_config config;
	struct arena a;

	arena_init(&a, 1 << 20);
	assert_int_equal(image_config_parse(STR("{\"os\":\"linux\",\"architecture\":\"amd64\","
						"\"docker_version\":\"20\",\"rootfs\":{\"type\":"
						"\"layers\"}}"),
					    &a, &config, NULL),
			 0);
	assert_int_equal(config.n_diff_ids, 0);
	arena_done(&a);
}

TEST(platforms_are_read_from_words)
{
	static const struct {
		const char *text, *os, *arch, *variant;
	} rows[] = {
		{"linux/amd64", "linux", "amd64", ""},	  {"linux/arm/v7", "linux", "arm", "v7"},
		{"linux/x86_64", "linux", "amd64", ""},	  {"linux/aarch64", "linux", "arm64", ""},
		{"linux/armhf", "linux", "arm", "v7"},	  {"windows/amd64", "windows", "amd64", ""},
		{"linux/armel/v5", "linux", "arm", "v5"},
	};
	struct platform p;
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		assert_int_equal(platform_parse(rows[i].text, &p, NULL), 0);
		assert_str(p.os, rows[i].os);
		assert_str(p.arch, rows[i].arch);
		assert_str(p.variant, rows[i].variant);
	}
	assert_int_equal(platform_parse("amd64", &p, &err), -ERR_USAGE);
	assert_has(err.msg, "platform \"amd64\": expected os/arch[/variant]");
	assert_int_equal(platform_parse(NULL, &p, NULL), 0);
	assert_str(p.os, "linux");
}

/* Each row: what is wanted, what there is; the best first. The second list does not suit at all. */
TEST(the_closest_platform_ranks_first)
{
	static const struct {
		const char *want, *have[6], *never[6];
	} rows[] = {
		{"linux/arm64", {"linux/arm64", "linux/arm64/v8"}, {"linux/arm/v7", "linux/amd64"}},
		{"linux/arm64/v8", {"linux/arm64/v8", "linux/arm64"}, {"linux/arm64/v9"}},
		{"linux/arm/v7",
		 {"linux/arm/v7", "linux/arm", "linux/arm/v6", "linux/arm/v5"},
		 {"linux/arm/v8", "linux/arm64", "windows/arm/v7"}},
		{"linux/arm", {"linux/arm/v7", "linux/arm/v6", "linux/arm/v8"}, {"linux/arm64"}},
		{"linux/arm/v6", {"linux/arm/v6", "linux/arm/v5"}, {"linux/arm/v7", "linux/arm"}},
		{"linux/amd64",
		 {"linux/amd64", "linux/amd64/v1", "linux/amd64/v2", "linux/amd64/v3"},
		 {"linux/386"}},
		{"linux/amd64/v3",
		 {"linux/amd64/v3", "linux/amd64/v2", "linux/amd64"},
		 {"linux/amd64/v4"}},
		{"linux/ppc64le", {"linux/ppc64le", "linux/ppc64le/power9"}, {"linux/ppc64"}},
		{"linux/ppc64le/power9", {"linux/ppc64le/power9"}, {"linux/ppc64le/power8"}},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct platform want, have;
		int last = 101;

		assert_int_equal(platform_parse(rows[i].want, &want, NULL), 0);
		for (size_t k = 0; k < 6 && rows[i].have[k]; k++) {
			int rank;

			assert_int_equal(platform_parse(rows[i].have[k], &have, NULL), 0);
			rank = platform_rank(&have, &want);
			if (rank >= last || rank < 2)
				fail_msg("%s for %s: %d, the one before %d", rows[i].have[k],
					 rows[i].want, rank, last);
			last = rank;
		}
		for (size_t k = 0; k < 6 && rows[i].never[k]; k++) {
			assert_int_equal(platform_parse(rows[i].never[k], &have, NULL), 0);
			if (platform_rank(&have, &want))
				fail_msg("%s suits %s", rows[i].never[k], rows[i].want);
		}
	}
}

TEST(what_says_no_platform_may_suit)
{
	struct platform want = {STR("linux"), STR("amd64"), STR_NULL}, none = {0};

	assert_int_equal(platform_rank(&none, &want), 1);
}

TEST(a_wrong_digest_names_both)
{
	struct err err = {0};

	assert_int_equal(digest_check(STR(""), STR("sha256:" HEX_A), "config", &err), -ERR_DENIED);
	assert_has(err.msg, "config: promised sha256:" HEX_A ", its bytes are sha256:"
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_int_equal(digest_check(STR(""), STR("sha999:ab"), "config", &err), -ERR_UNSUPPORTED);
}

TEST(names_that_mean_the_same_image)
{
	assert_true(image_name_eq(STR("alpine"), STR("docker.io/library/alpine:latest")));
	assert_true(image_name_eq(STR("example.com/a:1"), STR("example.com/a:1")));
	assert_false(image_name_eq(STR("alpine:3"), STR("alpine")));
	assert_false(image_name_eq(STR("Not A Name"), STR("alpine")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_manifest_gives_config_layers_and_annotations),
		RUN(manifests_that_are_none_say_why),
		RUN(null_is_as_good_as_absent_where_a_field_is_optional),
		RUN(docker_manifests_may_have_no_layer),
		RUN(layers_that_cannot_be_read_are_told_by_their_type),
		RUN(an_index_gives_platforms_and_names),
		RUN(a_platform_needs_os_and_architecture),
		RUN(a_config_gives_platform_and_diff_ids),
		RUN(configs_that_are_none_say_why),
		RUN(docker_leaves_out_the_list_of_no_layers),
		RUN(platforms_are_read_from_words),
		RUN(the_closest_platform_ranks_first),
		RUN(what_says_no_platform_may_suit),
		RUN(a_wrong_digest_names_both),
		RUN(names_that_mean_the_same_image),
	};

	return RUN_ALL(tests);
}
