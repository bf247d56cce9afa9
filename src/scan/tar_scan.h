/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a plain tar on the caller's thread and gives every entry to the analyses.
 *
 *     r = tar_scan(next_block, context, analysis, &complete, err);
 *
 * Returns 0 also when the tar is broken: that is a problem of the record, and *ret_complete is
 * false. Bytes behind the archive's end are not asked for. Errors: ERR_NOMEM, and ERR_IO and
 * ERR_CANCELED of next_block.
 */
#pragma once

#include "codec/tar.h"
#include "scan/analysis.h"

int tar_scan(tar_block_fn *next_block, void *context, struct analysis *a, bool *ret_complete,
	     struct err *err);
