/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "cmd/rewrite.h"

static void check_file(const char *path, const char *want)
{
	CLEANUP(strbuf_done) struct strbuf got = STRBUF_INIT(1024);

	assert_int_equal(file_read(path, &got, NULL), 0);
	assert_str(strbuf_str(&got), want);
}

TEST(a_file_that_changed_meanwhile_is_left_alone)
{
	char folder[] = "/tmp/test-rewrite.XXXXXX", path[64];
	struct err err = {0};

	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/f", folder); /* fits */
	assert_int_equal(file_write_atomic(AT_FDCWD, path, STR("now\n"), NULL), 0);
	assert_int_equal(rewrite_file(path, STR("before\n"), STR("after\n"), &err), -ERR_DENIED);
	assert_has(err.msg, "/f: changed meanwhile; it is left as it is");
	check_file(path, "now\n");
	assert_int_equal(rewrite_file(path, STR("now\n"), STR("after\n"), &err), 0);
	check_file(path, "after\n");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rewrite_file(path, STR(""), STR("after\n"), &err), -ERR_NOT_FOUND);
	assert_int_equal(rmdir(folder), 0); /* nothing is left beside it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(a_file_that_changed_meanwhile_is_left_alone),
	};

	return RUN_ALL(tests);
}
