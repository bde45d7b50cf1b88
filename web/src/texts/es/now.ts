export const now = {
};
