/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "image/reference.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct arena arena;

static int setup(void **state)
{
	arena_init(&arena, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	arena_done(&arena);
	return 0;
}

static const struct {
	const char *in, *want;
	bool is_short;
} good[] = {
	{"alpine", "docker.io/library/alpine:latest", true},
	{"alpine:3.18", "docker.io/library/alpine:3.18", true},
	{"team/app", "docker.io/team/app:latest", true},
	{"docker.io/alpine", "docker.io/library/alpine:latest", false},
	{"index.docker.io/team/app:1", "docker.io/team/app:1", false},
	{"localhost/app", "localhost/app:latest", false},
	{"localhost:5000", "docker.io/library/localhost:5000", true},
	{"localhost:5000/app", "localhost:5000/app:latest", false},
	{"example.com/a/b/c:V1.0-rc_2", "example.com/a/b/c:V1.0-rc_2", false},
	{"Host/app", "Host/app:latest", false},
	{"127.0.0.1:5000/a:1", "127.0.0.1:5000/a:1", false},
	{"[::1]:5000/a", "[::1]:5000/a:latest", false},
	{"[2001:db8::1]/a:t", "[2001:db8::1]/a:t", false},
	{"a--b/c__d.e_f", "docker.io/a--b/c__d.e_f:latest", true},
	{"a@sha256:" HEX64, "docker.io/library/a@sha256:" HEX64, true},
	{"example.com/a:1@sha256:" HEX64, "example.com/a:1@sha256:" HEX64, false},
	{"example.com/a@sha512:" HEX64 HEX64, "example.com/a@sha512:" HEX64 HEX64, false},
	{"a:_1", "docker.io/library/a:_1", true},
};

TEST(normalises_as_docker_does)
{
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(1024);
		struct reference ref;
		struct err err = {0};

		if (reference_parse(str_of(good[i].in), &arena, &ref, &err) < 0)
			fail_msg("%s: %s", good[i].in, err.msg);
		reference_format(&ref, &sb);
		assert_str(strbuf_str(&sb), good[i].want);
		assert_int_equal(ref.is_short, good[i].is_short);
	}
}

static const struct {
	const char *in, *says;
} bad[] = {
	{"", "it is empty"},
	{":tag", "the name is missing"},
	{"a:", "nothing follows the ':'"},
	{"a:-1", "tag \"-1\": character 1"},
	{"a:b c", "tag \"b c\": character 2"},
	{"example.com/", "ends without a repository name"},
	{"example.com/A", "\"A\" has capital letters"},
	{"example.com//a", "repository part \"\""},
	{"a..b", "repository part \"a..b\""},
	{"a___b", "repository part \"a___b\""},
	{"-a", "repository part \"-a\""},
	{"a-", "repository part \"a-\""},
	{"host:0/a", "\"0\" is no port"},
	{"host:70000/a", "\"70000\" is no port"},
	{"host:x/a", "\"x\" is no port"},
	{"ho_st.com/a", "\"ho_st.com\" is no registry host name"},
	{"-x.com/a", "is no registry host name"},
	{"[::g]/a", "is no registry host name"},
	{"https://example.com/a", "write it without the scheme"},
	{HEX64, "is an image id"},
	{"a@", "expected \"algorithm:hex\""},
	{"a@sha256:12", "sha256 has 64 hex digits, not 2"},
	{"a@md5:" HEX64, "\"md5\" is not known"},
	{"a@sha256:" HEX64 "@x", "64 hex digits"},
};

TEST(says_what_part_is_wrong)
{
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct reference ref;
		struct err err = {0};

		if (reference_parse(str_of(bad[i].in), &arena, &ref, &err) >= 0)
			fail_msg("\"%s\" was taken", bad[i].in);
		assert_has(err.msg, bad[i].says);
		assert_has(err.msg, "image reference \"");
	}
}

TEST(limits_lengths)
{
	static char text[400];
	struct reference ref;
	struct err err = {0};

	memset(text, 'a', sizeof text);
	assert_int_equal(reference_parse(str_make(text, 247), &arena, &ref, &err), 0);
	assert_int_equal(reference_parse(str_make(text, 248), &arena, &ref, &err), -ERR_USAGE);
	assert_has(err.msg, "repository of 256 characters with library/: at most 255");
	assert_int_equal(reference_parse(str_make(text, 256), &arena, &ref, &err), -ERR_USAGE);
	assert_has(err.msg, "at most 255");
	text[1] = ':';
	assert_int_equal(reference_parse(str_make(text, 2 + 128), &arena, &ref, &err), 0);
	assert_int_equal(reference_parse(str_make(text, 2 + 129), &arena, &ref, &err), -ERR_USAGE);
	assert_has(err.msg, "tag of 129 characters");
}

TEST(survives_nul_and_high_bytes)
{
	struct reference ref;

	assert_true(reference_parse(str_make("a\0b", 3), &arena, &ref, NULL) < 0);
	assert_true(reference_parse(STR("\xff\xfe"), &arena, &ref, NULL) < 0);
	assert_true(reference_parse(str_make("a:\0", 3), &arena, &ref, NULL) < 0);
}

static const struct {
	const char *in, *rest;
	enum transport transport;
} transports[] = {
	{"docker://alpine", "alpine", TRANSPORT_DOCKER},
	{"docker:24", "docker:24", TRANSPORT_NONE},
	{"docker-daemon:a:1", "a:1", TRANSPORT_DOCKER_DAEMON},
	{"docker-archive:/x.tar", "/x.tar", TRANSPORT_DOCKER_ARCHIVE},
	{"oci:dir:tag", "dir:tag", TRANSPORT_OCI},
	{"oci-archive:x", "x", TRANSPORT_OCI_ARCHIVE},
	{"containers-storage:a", "a", TRANSPORT_CONTAINERS_STORAGE},
	{"containerd:a", "a", TRANSPORT_CONTAINERD},
	{"podman:a", "a", TRANSPORT_PODMAN},
	{"rootfs:/", "/", TRANSPORT_ROOTFS},
	{"sbom:x.json", "x.json", TRANSPORT_SBOM},
	{"container:0123", "0123", TRANSPORT_CONTAINER},
	{"alpine:3", "alpine:3", TRANSPORT_NONE},
	{"./oci:dir", "./oci:dir", TRANSPORT_NONE},
};

TEST(cuts_the_transport_off)
{
	for (size_t i = 0; i < ARRAY_LEN(transports); i++) {
		struct str rest;

		assert_int_equal(transport_parse(str_of(transports[i].in), &rest),
				 transports[i].transport);
		assert_str(rest, transports[i].rest);
	}
	assert_string_equal(transport_name(TRANSPORT_OCI_ARCHIVE), "oci-archive");
	assert_string_equal(transport_name(TRANSPORT_NONE), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(normalises_as_docker_does),	  RUN(says_what_part_is_wrong), RUN(limits_lengths),
		RUN(survives_nul_and_high_bytes), RUN(cuts_the_transport_off),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
