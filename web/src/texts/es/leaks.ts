export const leaks = {
};
