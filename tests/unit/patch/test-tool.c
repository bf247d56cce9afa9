/* SPDX-License-Identifier: Apache-2.0 */
#include "patch/apt_policy.h"
#include "patch/json_edit.h"
#include "patch/tool.h"
#include "tests/unit/test.h"

TEST(tool_finds_the_hosts_of_repositories)
{
	static const char text[] = "# http://no.example.com/\n"
				   "deb [arch=amd64] http://a.example.com/debian x main\n"
				   "URIs: https://b.example.com:8443/d http://a.example.com/e\n"
				   "baseurl=https://user:word@c.example.com/$releasever\n"
				   "deb file:///srv/x y\ndeb cdrom://z y\n";
	struct tool_hosts hosts = {0};
	struct arena a;

	arena_init(&a, 65536);
	assert_int_equal(tool_find_hosts(STR(text), &hosts, &a, NULL), 0);
	assert_int_equal(hosts.n, 3);
	assert_string_equal(hosts.list[0], "a.example.com");
	assert_string_equal(hosts.list[1], "b.example.com:8443");
	assert_string_equal(hosts.list[2], "c.example.com");
	arena_done(&a);
}

TEST(tool_puts_mirrors_in)
{
	static const struct str mirrors[] = {STR("http://a.example.com=http://m.example.com/x"),
					     STR("https://b=c")};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(1024);

	assert_int_equal(tool_put_mirrors(STR("deb http://a.example.com/d x https://b/y\n"),
					  (struct str_list){mirrors, 2}, &out, NULL),
			 0);
	assert_string_equal(strbuf_cstr(&out), "deb http://m.example.com/x/d x c/y\n");
}

TEST(tool_refuses_repositories_whose_signatures_do_not_count)
{
	static const char *const bad[] = {"deb [trusted=yes] http://a x\n", "Trusted:  YES\n",
					  "[x]\ngpgcheck = 0\n", "allow-insecure: yes\n"};
	static const char *const good[] = {"# trusted=yes\n", "deb http://a x\n", "gpgcheck=1\n"};
	struct err err = {0};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(tool_check_sources(str_of(bad[i]), "f", &err), -ERR_DENIED);
	assert_string_equal(
		err.msg,
		"f: \"allow-insecure:yes\": packages without a signature are not installed");
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_int_equal(tool_check_sources(str_of(good[i]), "f", &err), 0);
}

TEST(tool_takes_candidates_that_are_newer)
{
	static const char said[] = "curl:\n  Installed: 1\n  Candidate: 1.1\n  Version table:\n"
				   "libc6:amd64:\n  Candidate: 2.0\nzlib:\n  Candidate: (none)\n";
	struct fix_package packages[] = {
		{.name = STR("curl"), .arch = STR("all"), .from = STR("1")},
		{.name = STR("libc6"), .arch = STR("amd64"), .from = STR("2.0")},
		{.name = STR("zlib"), .arch = STR("amd64"), .from = STR("1")}};
	struct fix_plan plan = {.packages = {.p = packages, .n = 3, .elem_size = sizeof *packages}};
	const char *argv[4] = {NULL};
	size_t n = 0;
	struct arena a;

	arena_init(&a, 65536);
	assert_int_equal(apt_candidates(STR(said), &plan, &a, argv, &n, NULL), 0);
	assert_int_equal(n, 1);
	assert_string_equal(argv[0], "curl=1.1");
	arena_done(&a);
}

TEST(config_extend_keeps_what_it_does_not_know)
{
	static const char config[] =
		"{\"architecture\":\"amd64\",\"x\":[1,2.5,null,true],\"created\":\"a\","
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:1\",\"sha256:2\"]},"
		"\"history\":[{\"created_by\":\"A\"},{\"created_by\":\"B\",\"empty_layer\":true},"
		"{\"created_by\":\"C\"}]}";
	const struct str id = STR("sha256:3");
	const struct config_change change = {.n_kept = 1,
					     .diff_ids = &id,
					     .n_diff_ids = 1,
					     .created = STR("now"),
					     .created_by = STR("D")};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4096);
	struct err err = {0};

	assert_int_equal(config_extend(STR(config), &change, &out, &err), 0);
	assert_string_equal(
		strbuf_cstr(&out),
		"{\"architecture\":\"amd64\",\"x\":[1,2.5,null,true],\"created\":\"now\","
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:1\",\"sha256:3\"]},"
		"\"history\":[{\"created_by\":\"A\"},{\"created_by\":\"B\",\"empty_layer\":true},"
		"{\"created_by\":\"C\",\"empty_layer\":true},"
		"{\"created\":\"now\",\"created_by\":\"D\"}]}");
	assert_int_equal(config_extend(STR("{}"), &change, &out, &err), -ERR_FORMAT);
	assert_string_equal(err.msg, "image config: rootfs.diff_ids: fewer than 1");
}

TEST(config_extend_leaves_out_what_is_cut)
{
	static const char config[] =
		"{\"config\":{\"Env\":[\"A=1\",\"AB=2\",\"A\"],\"Labels\":{\"l\":\"x\",\"m\":\"y\"}"
		"},"
		"\"container_config\":{\"Cmd\":[\"A=1\"]},\"created\":\"a\","
		"\"rootfs\":{\"diff_ids\":[\"sha256:1\",\"sha256:2\"]},"
		"\"history\":[{\"created_by\":\"A\"},{\"created_by\":\"B\",\"empty_layer\":true}]}";
	const struct str id = STR("sha256:3"), env = STR("A"), label = STR("l"), none = STR("AC");
	const struct config_change change = {
		.n_kept = 1,
		.diff_ids = &id,
		.n_diff_ids = 1,
		.created = STR("now"),
		.created_by = STR("D"),
		.cut = {.history = true, .env = {&env, 1}, .labels = {&label, 1}}};
	const struct config_cut bad = {.env = {&none, 1}};
	CLEANUP(strbuf_done) struct strbuf out = STRBUF_INIT(4096);
	struct err err = {0};

	assert_int_equal(config_check_cut(STR(config), &change.cut, &err), 0);
	assert_int_equal(config_extend(STR(config), &change, &out, &err), 0);
	assert_string_equal(
		strbuf_cstr(&out),
		"{\"config\":{\"Env\":[\"AB=2\"],\"Labels\":{\"m\":\"y\"}},\"created\":\"now\","
		"\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:1\",\"sha256:3\"]},"
		"\"history\":[{\"created\":\"now\",\"created_by\":\"D\"},"
		"{\"created\":\"now\",\"created_by\":\"D\"}]}");
	assert_int_equal(config_check_cut(STR(config), &bad, &err), -ERR_NOT_FOUND);
	assert_string_equal(err.msg, "the image has no variable AC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(tool_finds_the_hosts_of_repositories),
		RUN(tool_puts_mirrors_in),
		RUN(tool_refuses_repositories_whose_signatures_do_not_count),
		RUN(tool_takes_candidates_that_are_newer),
		RUN(config_extend_keeps_what_it_does_not_know),
		RUN(config_extend_leaves_out_what_is_cut),
	};
	return RUN_ALL(tests);
}
