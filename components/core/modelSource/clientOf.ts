/**
 * The client of a store, which only those install who fetch models from there.
 *
 * @param packages - what they install
 * @param load - the import of the client
 */
export async function clientOf<Client>(
  packages: string,
  load: () => Promise<Client>,
): Promise<Client> {
  try {
    return await load();
  } catch (error) {
    if (!/MODULE_NOT_FOUND$/.test((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
    throw new Error(`its client is missing: npm install ${packages}`);
  }
}
