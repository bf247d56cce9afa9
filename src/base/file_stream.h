/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A range of an open file as a stream, by pread: several streams may share one descriptor.
 *
 * Ownership: the descriptor stays the caller's and must outlive the stream.
 * Errors: ERR_IO; a file shorter than the range ends the stream early, which a digest then tells.
 */
#pragma once

#include "base/stream.h"
#include "base/str.h"

int file_stream_new(int fd, uint64_t offset, uint64_t size, struct stream **ret, struct err *err);

/* The rest of a file, a pipe or a socket, by read(2); owns the descriptor, also on error. */
int fd_stream_new(int fd, struct stream **ret, struct err *err);

/* "dev:ino:size:mtime:ctime:offset" of the bytes at offset, for source_layer.identity; needs 160.
 */
#define FILE_IDENTITY_MAX 160
struct str file_identity(int fd, uint64_t offset, char buf[FILE_IDENTITY_MAX]);
