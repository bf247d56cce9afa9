/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever a file is, what is drafted of it is read back, link by link, to its end. */
#include <assert.h>

#include "closure/program.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct program_draft *d)
{
	struct str bytes = program_draft_bytes(d);
	struct program_link l;
	struct program p;

	assert(bytes.n > 0 && program_read(bytes, &p));
	while (program_next(&p, &l))
		assert(l.kind >= LINK_INTERPRETER && l.kind <= LINK_NPM_RUN);
	assert(p.links.n == 0);
}

static void check_text(const char *path, struct str text, struct program_draft *d)
{
	program_draft_reset(d);
	if (program_of_text(str_of(path), text, d) > 0)
		check(d);
}

static void check_elf(struct str bytes, struct program_draft *d)
{
	struct elf_reader *e = NULL;

	if (elf_reader_new(&e, NULL) < 0)
		return;
	elf_reader_begin(e);
	for (struct str rest = bytes; rest.n; rest = str_skip(rest, 100))
		elf_reader_data(e, str_sub(rest, 0, 100));
	program_draft_reset(d);
	if (elf_reader_end(e)) {
		program_of_elf(elf_reader_program(e), d);
		check(d);
	}
	elf_reader_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		"bin/x",      "a.py",	  "a.js",	    "package.json",	 "a.pm",
		"a.rb",	      "a.php",	  "etc/ld.so.conf", "etc/nsswitch.conf", "etc/pam.d/login",
		"x/site.pth", "etc/x.ini"};
	struct str in = str_make(data, size);
	struct program_draft d;

	program_draft_init(&d);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		check_text(paths[i], in, &d);
	program_draft_reset(&d);
	program_of_manifest(in, &d);
	check(&d);
	check_elf(in, &d);
	program_draft_done(&d);
	return 0;
}
