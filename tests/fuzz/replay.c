/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target once over every file of the directories given: the corpus as a plain test. */
#include <dirent.h>
#include <stdio.h>

#include "base/fd.h"
#include "base/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *dir, const char *name)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(LIMIT_PKGDB_BYTES);
	char path[4096];
	struct err err = {0};

	(void)snprintf(path, sizeof path, "%s/%s", dir, name); /* a cut path is not found */
	if (file_read(path, &sb, &err) < 0) {
		(void)fprintf(stderr, "%s\n", err.msg);
		return -1;
	}
	return LLVMFuzzerTestOneInput((const uint8_t *)strbuf_cstr(&sb), sb.n);
}

/* The number of files, -1 when one could not be replayed. */
static int replay_dir(const char *dir)
{
	const struct dirent *entry;
	DIR *files = opendir(dir);
	int n = 0;

	while (files && n >= 0 && (entry = readdir(files)))
		if (entry->d_name[0] != '.')
			n = replay_file(dir, entry->d_name) < 0 ? -1 : n + 1;
	if (files)
		closedir(files);
	return n;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int n = replay_dir(argv[i]);

		if (n <= 0) {
			(void)fprintf(stderr, "%s: nothing to replay\n", argv[i]);
			return 1;
		}
		printf("%s: %d inputs\n", argv[i], n);
	}
	return 0;
}
