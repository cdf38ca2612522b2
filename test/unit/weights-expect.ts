import { AppError } from '../../src/core/errors.ts';

/** The code a promise rejects with, or 'opened'. Any error but an AppError fails the test. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'opened';
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}
