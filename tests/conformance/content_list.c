/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints what content/content.h finds in files, a line for each part:
 *
 *     content_list [--text] [--pieces N] FILE...
 *     plain|packed|text  whole|cut  depth  size  sha256  path
 *     problem  path: message
 *
 * --text: what the parts of the form text say, too. --pieces: the files come in reads of N bytes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "content/content.h"
#include "crypto/digest.h"

struct part {
	char *path;
	enum content_form form;
	unsigned depth;
	unsigned long long n;
	struct digest digest;
};

struct file {
	struct stream stream;
	int fd;
	size_t most;
};

static bool shows_text;

static int begin(void *context, const struct content_part *p, void **ret, struct err *err)
{
	struct part *part = calloc(1, sizeof *part);

	(void)context;
	if (!part || !(part->path = str_dup(p->path)))
		return err_nomem(err);
	part->form = p->form;
	part->depth = p->depth;
	*ret = part;
	return digest_init(&part->digest, DIGEST_SHA256, err);
}

static int data(void *context, void *cookie, struct str piece, struct err *err)
{
	struct part *part = cookie;

	(void)context, (void)err;
	digest_update(&part->digest, piece);
	part->n += piece.n;
	if (shows_text && part->form == CONTENT_TEXT)
		(void)fwrite(piece.p, 1, piece.n, stdout);
	return 0;
}

static int end(void *context, void *cookie, bool is_whole, struct err *err)
{
	static const char *const forms[] = {"plain", "packed", "text"};
	struct part *part = cookie;
	char text[DIGEST_TEXT_MAX];
	struct digest_value v;

	(void)context, (void)err;
	digest_final(&part->digest, &v);
	printf("%s %s %u %llu %.*s %s\n", forms[part->form], is_whole ? "whole" : "cut",
	       part->depth, part->n, STR_FMT(str_skip(digest_format(&v, text), 7)), part->path);
	digest_done(&part->digest);
	free(part->path);
	free(part);
	return 0;
}

static int problem(void *context, struct str path, const struct err *what, struct err *err)
{
	(void)context, (void)err;
	printf("problem %.*s: %s\n", STR_FMT(path), what->msg);
	return 0;
}

static const struct content_ops ops = {begin, data, end, problem};

static ssize_t read_file(struct stream *s, void *buf, size_t n, struct err *err)
{
	struct file *f = (struct file *)s;
	ssize_t got = read(f->fd, buf, f->most && n > f->most ? f->most : n);

	return got < 0 ? err_set(err, ERR_IO, "read") : got;
}

static int list(struct content *c, const char *path, size_t most, struct err *err)
{
	CLEANUP(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct file f = {{read_file, NULL}, fd, most};
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, ERR_IO, "%s: cannot be opened", path);
	return content_read(c, str_of(path), (uint64_t)st.st_size, &f.stream, err);
}

int main(int argc, char **argv)
{
	struct content *c = NULL;
	struct err err = {0};
	size_t most = 0;
	int i = 1, r;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--text") == 0)
			shows_text = true;
		else if (strcmp(argv[i], "--pieces") == 0 && i + 1 < argc)
			most = strtoul(argv[++i], NULL, 10);
	}
	r = content_new(&ops, NULL, &c, &err);
	for (; i < argc && r == 0; i++)
		r = list(c, argv[i], most, &err);
	content_free(c);
	if (r < 0)
		(void)fprintf(stderr, "%s\n", err.msg);
	return r < 0;
}
